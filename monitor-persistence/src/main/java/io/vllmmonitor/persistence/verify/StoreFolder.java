package io.vllmmonitor.persistence.verify;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The directory that is verified, and what is gathered of it. Immutable.
 *
 * @param path a data directory or a backup
 */
record StoreFolder(Path path, Tally tally) {
  /** Where the samples lie, in every form. */
  static final String METRICS = "metrics";

  private static final Pattern SET_ASIDE = Pattern.compile(".*\\.damaged-[0-9]+");

  /** How reports name a file. */
  String name(Path file) {
    return path.relativize(file).toString().replace('\\', '/');
  }

  /** Notes a file that was set aside; nothing for others. */
  void noteSetAside(Path file) {
    if (SET_ASIDE.matcher(file.getFileName().toString()).matches()) {
      tally.note(name(file) + " was set aside as damaged earlier; its bytes are kept");
    }
  }

  /** A failure may only be how the end of the work shows. */
  void throwIfEnded(MonitorException failure) {
    if (failure.code() == ErrorCode.SHUTTING_DOWN) {
      throw failure;
    }
    tally.look();
  }

  /** A file of a part could not be read; one that was forgotten meanwhile is no finding. */
  void failed(String part, Path file, MonitorException failure) {
    throwIfEnded(failure);
    if (Files.exists(file)) {
      tally.failed(part, name(file), failure);
    }
  }

  /** The size of a file; 0 when it went meanwhile. */
  static long bytesOf(Path file) {
    try {
      return Files.size(file);
    } catch (NoSuchFileException e) {
      return 0;
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  static List<Path> list(Path folder) {
    try (Stream<Path> found = Files.list(folder)) {
      return found.sorted().toList();
    } catch (IOException e) {
      throw unreadable(folder, e);
    }
  }

  static MonitorException unreadable(Path path, IOException cause) {
    return new MonitorException(
        ErrorCode.STORE_IO,
        Blame.ENVIRONMENT,
        "Could not look at " + path + ": " + cause.getMessage() + "; check its rights and the disk",
        cause);
  }
}
