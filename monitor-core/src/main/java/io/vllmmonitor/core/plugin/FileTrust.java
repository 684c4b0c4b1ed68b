package io.vllmmonitor.core.plugin;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Optional;

/**
 * Whether a jar may run: it and its folder belong to the daemon's user and nobody else can write
 * them. Stateless.
 */
final class FileTrust {
  private FileTrust() {}

  /** Why a file is not trusted; empty when it is. */
  static Optional<String> objection(Path folder, Path file) {
    Optional<String> ofFolder = objection(folder);
    return ofFolder.isPresent() ? ofFolder : objection(file);
  }

  private static Optional<String> objection(Path path) {
    String user = System.getProperty("user.name", "");
    try {
      PosixFileAttributes attributes =
          Files.readAttributes(path, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      if (!attributes.owner().getName().equals(user)) {
        return Optional.of(
            path + " belongs to " + attributes.owner().getName() + ", not to " + user);
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
