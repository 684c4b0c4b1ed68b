package io.vllmmonitor.persistence.json;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.persistence.disk.Disk;
import java.io.IOException;
import java.nio.file.Path;

/** What failures with files of JSON mean to the monitor. */
public final class JsonFailures {
  private JsonFailures() {}

  /**
   * The coded failure, whose message names the file.
   *
   * @param doing what was tried, as in "could not be written"
   * @return STORE_FULL, STORE_DAMAGED or STORE_IO
   */
  public static MonitorException translate(Path file, String doing, IOException failure) {
    if (failure instanceof DamagedLineException) {
      return damaged(file, String.valueOf(failure.getMessage()));
    }
    String found = file + ": could not be " + doing + ": " + failure;
    if (Disk.isFull(file, failure)) {
      return new MonitorException(
          ErrorCode.STORE_FULL,
          Blame.ENVIRONMENT,
          found + ". The disk is full; nothing of this write was kept. Free some space",
          failure);
    }
    return new MonitorException(
        ErrorCode.STORE_IO,
        Blame.ENVIRONMENT,
        found + ". Check the disk and the rights of the directory",
        failure);
  }

  /** Something in a file is not what was written. */
  public static MonitorException damaged(Path file, String found) {
    return new MonitorException(
        ErrorCode.STORE_DAMAGED,
        Blame.ENVIRONMENT,
        file
            + ": "
            + found
            + ". The rest is served; keep a copy of the file, then restore it from a backup or "
            + "take it away");
  }

  /**
   * A store that was used after it was closed.
   *
   * @param store such as "record store"
   */
  public static MonitorException closed(String store) {
    return new MonitorException(
        ErrorCode.STORE_CLOSED,
        Blame.MONITOR,
        "The " + store + " is closed; it was used after close(). Open the store again first");
  }
}
