package io.vllmmonitor.persistence.record;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.sample.MetricType;
import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.persistence.format.LabelsJson;
import io.vllmmonitor.persistence.rollup.HourlyRow;
import io.vllmmonitor.persistence.rollup.HourlyRows;
import io.vllmmonitor.persistence.sqlite.SqliteFile;
import io.vllmmonitor.persistence.sqlite.SqliteSession;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/**
 * A row per series and hour in {@code monitor.db}, for people who open that file with sqlite3 and
 * look into the view {@code metrics}. NaN is NULL there. The file is opened and closed by its
 * owner. Thread-safe.
 */
public final class SqliteHourlyMetrics implements HourlyRows {
  private final SqliteFile file;
  private final Function<SeriesKey, MetricType> types;

  /**
   * @param file opened with {@link RecordSchema#current}
   * @param types what the metric of a series is about; asked once for each new series
   */
  public SqliteHourlyMetrics(SqliteFile file, Function<SeriesKey, MetricType> types) {
    this.file = requireNonNull(file, "file");
    this.types = requireNonNull(types, "types");
  }

  @Override
  public void write(List<HourlyRow> rows) {
    if (rows.isEmpty()) {
      return;
    }
    file.write(
        session -> {
          for (HourlyRow row : rows) {
            upsert(session, seriesId(session, row.series()), row);
          }
          return rows.size();
        });
  }

  private long seriesId(SqliteSession session, SeriesKey key) throws SQLException {
    String labels = LabelsJson.encode(key.labels());
    PreparedStatement select =
        session.prepare("SELECT id FROM metric_series WHERE name = ? AND labels = ?");
    select.setString(1, key.name());
    select.setString(2, labels);
    try (ResultSet rows = select.executeQuery()) {
      if (rows.next()) {
        return rows.getLong(1);
      }
    }
    PreparedStatement insert =
        session.prepare(
            "INSERT INTO metric_series (name, labels, metric_type) VALUES (?, ?, ?) RETURNING id");
    insert.setString(1, key.name());
    insert.setString(2, labels);
    insert.setString(3, types.apply(key).name().toLowerCase(Locale.ROOT));
    try (ResultSet rows = insert.executeQuery()) {
      rows.next();
      return rows.getLong(1);
    }
  }

  private static void upsert(SqliteSession session, long series, HourlyRow row)
      throws SQLException {
    PreparedStatement upsert =
        session.prepare("INSERT OR REPLACE INTO metric_hours VALUES (?, ?, ?, ?, ?, ?, ?)");
    upsert.setLong(1, series);
    upsert.setLong(2, row.hourStart() / 1000);
    upsert.setLong(3, row.count());
    upsert.setDouble(4, row.minimum());
    upsert.setDouble(5, row.maximum());
    upsert.setDouble(6, row.sum());
    upsert.setDouble(7, row.last());
    upsert.executeUpdate();
  }

  /**
   * Deletes the hours that began before a moment, for retention.
   *
   * @param epochMillis of the moment
   * @return how many rows went
   */
  public int deleteBefore(long epochMillis) {
    return file.write(
        session -> {
          PreparedStatement delete = session.prepare("DELETE FROM metric_hours WHERE hour < ?");
          delete.setLong(1, Math.floorDiv(epochMillis, 1000L));
          return delete.executeUpdate();
        });
  }

  /** How many rows there are. */
  public long count() {
    return file.read(session -> session.number("SELECT count(*) FROM metric_hours"));
  }
}
