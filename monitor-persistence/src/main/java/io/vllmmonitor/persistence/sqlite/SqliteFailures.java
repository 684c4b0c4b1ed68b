package io.vllmmonitor.persistence.sqlite;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import java.nio.file.Path;
import java.sql.SQLException;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/** What SQLite's result codes mean to the monitor. */
public final class SqliteFailures {
  private static final int PRIMARY = 0xff; // extended codes carry the primary one in the low byte

  private SqliteFailures() {}

  /** The coded failure, whose message names the file. */
  public static MonitorException translate(Path file, SQLException failure) {
    String found = file + ": " + failure.getMessage();
    if (isCode(failure, SQLiteErrorCode.SQLITE_FULL)) {
      return new MonitorException(
          ErrorCode.STORE_FULL,
          Blame.ENVIRONMENT,
          found + ". The disk is full; nothing of this write was kept. Free some space",
          failure);
    }
    if (isDamage(failure)) {
      return new MonitorException(
          ErrorCode.STORE_DAMAGED,
          Blame.ENVIRONMENT,
          found
              + ". The file is damaged or is no SQLite database; keep a copy of it for rescue, "
              + "and restore a backup or start with another --data",
          failure);
    }
    if (isCode(failure, SQLiteErrorCode.SQLITE_INTERRUPT)) {
      return new MonitorException(
          ErrorCode.QUERY_TIMEOUT,
          Blame.OPERATOR,
          found + ". The query ran into its deadline; ask for less at once",
          failure);
    }
    if (isTrouble(failure)) {
      return new MonitorException(
          ErrorCode.STORE_IO,
          Blame.ENVIRONMENT,
          found + ". Reading or writing failed; check the disk and the rights of the directory",
          failure);
    }
    return new MonitorException(
        ErrorCode.INTERNAL, Blame.MONITOR, found + ". This is a bug of the monitor", failure);
  }

  static boolean isDamage(SQLException failure) {
    return isCode(failure, SQLiteErrorCode.SQLITE_CORRUPT)
        || isCode(failure, SQLiteErrorCode.SQLITE_NOTADB)
        || isCode(failure, SQLiteErrorCode.SQLITE_FORMAT);
  }

  /** After these a handle that looks sound may lie; its file is checked before it is used again. */
  static boolean shakesTrust(SQLException failure) {
    return isDamage(failure) || isCode(failure, SQLiteErrorCode.SQLITE_IOERR);
  }

  private static boolean isTrouble(SQLException failure) {
    return isCode(failure, SQLiteErrorCode.SQLITE_IOERR)
        || isCode(failure, SQLiteErrorCode.SQLITE_CANTOPEN)
        || isCode(failure, SQLiteErrorCode.SQLITE_READONLY)
        || isCode(failure, SQLiteErrorCode.SQLITE_NOMEM)
        || isCode(failure, SQLiteErrorCode.SQLITE_BUSY)
        || isCode(failure, SQLiteErrorCode.SQLITE_LOCKED)
        || isCode(failure, SQLiteErrorCode.SQLITE_PROTOCOL)
        || isCode(failure, SQLiteErrorCode.SQLITE_PERM);
  }

  private static boolean isCode(SQLException failure, SQLiteErrorCode code) {
    return failure instanceof SQLiteException sqlite
        && (sqlite.getResultCode().code & PRIMARY) == code.code;
  }
}
