package io.vllmmonitor.persistence.series;

import io.vllmmonitor.api.sample.SeriesRollup;
import io.vllmmonitor.persistence.sqlite.SqliteSession;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * Which hours of a target changed with which block, so that their aggregates can be made again. An
 * hour is {@code (end − 1 h, end]}.
 */
final class Hours {
  static final long MILLIS = 3_600_000;

  private Hours() {}

  /**
   * One hour of one target.
   *
   * @param version grows whenever its samples change
   */
  record Changed(long end, String target, long version) {}

  /** Inside a transaction. */
  static void changed(SqliteSession session, String target, long[] times, long version)
      throws SQLException {
    long last = Long.MIN_VALUE;
    for (long time : times) {
      long end = SeriesRollup.endOf(time, MILLIS);
      if (end != last) {
        PreparedStatement upsert =
            session.prepare(
                "INSERT INTO hours VALUES (?, ?, ?) ON CONFLICT (end_millis, target)"
                    + " DO UPDATE SET version = excluded.version");
        upsert.setLong(1, end);
        upsert.setString(2, target);
        upsert.setLong(3, version);
        upsert.executeUpdate();
        last = end;
      }
    }
  }

  static List<Changed> all(SqliteSession session) throws SQLException {
    List<Changed> found = new ArrayList<>();
    try (ResultSet rows =
        session
            .prepare("SELECT end_millis, target, version FROM hours ORDER BY end_millis, target")
            .executeQuery()) {
      while (rows.next()) {
        found.add(new Changed(rows.getLong(1), rows.getString(2), rows.getLong(3)));
      }
    }
    return found;
  }
}
