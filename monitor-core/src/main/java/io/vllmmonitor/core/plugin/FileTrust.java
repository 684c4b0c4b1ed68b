package io.vllmmonitor.core.plugin;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.UserPrincipal;
import java.util.Optional;

/**
 * Whether a jar may run: it and its folder belong to the daemon's user and nobody else can write
 * them. Stateless.
 */
final class FileTrust {
  private FileTrust() {}

  /**
   * Why a file is not trusted; empty when it is.
   *
   * @param own something that the daemon made itself, whose owner is its user: the name of the user
   *     is not known everywhere, such as in a container without a password file
   */
  static Optional<String> objection(Path own, Path folder, Path file) {
    Optional<String> ofFolder = objection(own, folder);
    return ofFolder.isPresent() ? ofFolder : objection(own, file);
  }

  private static Optional<String> objection(Path own, Path path) {
    try {
      UserPrincipal user = Files.getOwner(own);
      PosixFileAttributes attributes =
          Files.readAttributes(path, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      if (!attributes.owner().equals(user)) {
        return Optional.of(
            path + " belongs to " + attributes.owner().getName() + ", not to " + user.getName());
      }
      if (attributes.permissions().contains(PosixFilePermission.GROUP_WRITE)
          || attributes.permissions().contains(PosixFilePermission.OTHERS_WRITE)) {
        return Optional.of(path + " can be written by others; run chmod go-w on it");
      }
      return Optional.empty();
    } catch (IOException | UnsupportedOperationException e) {
      return Optional.of(path + " does not say who can write it: " + e.getMessage());
    }
  }
}
