package io.vllmmonitor.persistence.exchange;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.stream.Stream;

/** Where an archive may lie. */
final class ExchangePaths {
  private ExchangePaths() {}

  /** An archive within the data directory would be taken for a part of it, and the other way. */
  static void requireApart(Path data, Path archive) {
    Path real = real(data);
    Path other = real(archive);
    if (other.startsWith(real) || real.startsWith(other)) {
      throw new MonitorException(
          ErrorCode.IMPORT_REFUSED,
          Blame.OPERATOR,
          "The archive "
              + archive
              + " and the data directory "
              + data
              + " lie within each other; nothing was done. Name a directory outside of it");
    }
  }

  /** The real path of what is there, and the rest of the name as it is. */
  private static Path real(Path path) {
    Path there = path.toAbsolutePath().normalize();
    Path rest = Path.of("");
    while (true) {
      try {
        return there.toRealPath().resolve(rest);
      } catch (IOException e) {
        Path parent = there.getParent();
        if (parent == null) {
          return path.toAbsolutePath().normalize();
        }
        rest = there.getFileName().resolve(rest);
        there = parent;
      }
    }
  }

  /** An export never mixes with what is there. */
  static void requireNewOrEmpty(Path directory) {
    if (Files.notExists(directory, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    try {
      if (Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
        try (Stream<Path> content = Files.list(directory)) {
          if (content.findAny().isEmpty()) {
            return;
          }
        }
      }
    } catch (IOException e) {
      throw ArchiveErrors.io(directory, "read", e);
    }
    throw new MonitorException(
        ErrorCode.STORE_DIRECTORY_NOT_EMPTY,
        Blame.OPERATOR,
        directory
            + " is there and not an empty directory; nothing was exported. Name a directory that"
            + " is not there yet");
  }
}
