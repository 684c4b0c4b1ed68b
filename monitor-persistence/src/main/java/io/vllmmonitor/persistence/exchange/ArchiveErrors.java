package io.vllmmonitor.persistence.exchange;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The failures of this package. Each says what was found, what was expected and what to do. */
final class ArchiveErrors {
  private static final String NOTHING_CHANGED = "; nothing was imported from it. ";
  private static final int SHOWN = 120;

  private ArchiveErrors() {}

  static MonitorException invalid(String found, String expected) {
    return invalid(found, expected, null);
  }

  static MonitorException invalid(String found, String expected, @Nullable Throwable cause) {
    return of(
        ErrorCode.ARCHIVE_INVALID,
        found + ", expected " + expected,
        "Export again, or use another copy",
        cause);
  }

  static MonitorException differs(String found) {
    return of(
        ErrorCode.ARCHIVE_HASH_DIFFERS,
        found,
        "It was damaged or changed after the export; use another copy",
        null);
  }

  static MonitorException tooLarge(String found, String most) {
    return of(
        ErrorCode.ARCHIVE_TOO_LARGE,
        found + ", at most " + most + " are accepted",
        "Export shorter spans with --from and --to",
        null);
  }

  static MonitorException newer(String found) {
    return of(
        ErrorCode.ARCHIVE_NEWER, found, "Use the program that wrote it, or a newer one", null);
  }

  static MonitorException refused(String found, String remedy) {
    return new MonitorException(
        ErrorCode.IMPORT_REFUSED, Blame.OPERATOR, found + "; nothing was imported. " + remedy);
  }

  private static MonitorException of(
      ErrorCode code, String found, String remedy, @Nullable Throwable cause) {
    return new MonitorException(
        code, Blame.OPERATOR, "The archive: " + found + NOTHING_CHANGED + remedy, cause);
  }

  static MonitorException io(Path path, String doing, IOException cause) {
    return new MonitorException(
        ErrorCode.STORE_IO,
        Blame.ENVIRONMENT,
        path
            + " could not be "
            + doing
            + ": "
            + cause
            + "; check that it is there, its rights and the space on its disk",
        cause);
  }

  /** What came from a stranger, shortened and without control characters. */
  static String show(String text) {
    String start = text.length() > SHOWN ? text.substring(0, SHOWN) + "…" : text;
    return "'" + start.replaceAll("\\p{Cntrl}", "?") + "'";
  }
}
