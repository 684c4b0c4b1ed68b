package io.vllmmonitor.persistence.sqlite;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;

/** The SQLite library that was loaded. Older ones can lose a write-ahead log when it restarts. */
public final class SqliteVersion {
  private static final String LEAST = "3.51.3";

  private SqliteVersion() {}

  /**
   * Loads the library and checks it; called once before the first file is opened.
   *
   * @throws MonitorException ENVIRONMENT_UNSUPPORTED when it is too old or cannot be loaded
   */
  public static void require() {
    String found = find();
    if (isTooOld(found)) {
      throw unsupported("SQLite " + found + " was loaded", null);
    }
  }

  static boolean isTooOld(String version) {
    return Arrays.compare(numbers(version), numbers(LEAST)) < 0;
  }

  private static int[] numbers(String version) {
    return Arrays.stream(version.split("\\.")).mapToInt(Integer::parseInt).toArray();
  }

  private static String find() {
    try (Connection connection = new SQLiteConfig().createConnection("jdbc:sqlite::memory:");
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SELECT sqlite_version()")) {
      rows.next();
      return rows.getString(1);
    } catch (SQLException e) {
      throw unsupported("SQLite could not be loaded: " + e.getMessage(), e);
    }
  }

  private static MonitorException unsupported(String found, @Nullable Throwable cause) {
    return new MonitorException(
        ErrorCode.ENVIRONMENT_UNSUPPORTED,
        Blame.ENVIRONMENT,
        found + ", version " + LEAST + " or newer is needed; use the library of the distribution",
        cause);
  }
}
