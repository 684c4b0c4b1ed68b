package io.vllmmonitor.persistence.record;

import static org.assertj.core.api.Assertions.assertThat;

import io.vllmmonitor.api.sample.Labels;
import io.vllmmonitor.api.sample.MetricType;
import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.persistence.rollup.HourlyRow;
import io.vllmmonitor.persistence.sqlite.SqliteFile;
import io.vllmmonitor.persistence.sqlite.StoreCounters;
import io.vllmmonitor.testkit.time.ManualClock;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SqliteHourlyMetricsTest {
  private static final long START = Instant.parse("2026-11-25T10:00:00Z").toEpochMilli();
  private static final SeriesKey RUNNING =
      new SeriesKey("vllm:num_requests_running", Labels.of("engine", "0"));

  private final ManualClock clock = ManualClock.at("2026-11-25T12:00:00Z");

  @TempDir Path folder;

  @Test
  void theViewShowsOneRowForEachSeriesAndHourToPlainSql() throws SQLException {
    try (SqliteFile file =
        SqliteFile.open(
            folder.resolve("monitor.db"),
            RecordSchema.current(),
            clock,
            clock.nanoTicker(),
            new StoreCounters())) {
      SqliteHourlyMetrics metrics = new SqliteHourlyMetrics(file, key -> MetricType.PERFORMANCE);
      metrics.write(
          List.of(
              new HourlyRow(RUNNING, START, 10, 0, 4, 20, 3),
              new HourlyRow(SeriesKey.of("up"), START, 2, Double.NaN, 1, Double.NaN, 1)));
      metrics.write(List.of(new HourlyRow(RUNNING, START, 20, 0, 5, 50, 1)));
      metrics.write(List.of(new HourlyRow(RUNNING, START + 3_600_000, 1, 7, 7, 7, 7)));
      metrics.write(List.of());
      assertThat(metrics.count()).isEqualTo(3);
      assertThat(view())
          .containsExactly(
              "2026-11-25T10:00:00Z|performance|up|{}|2|null|1.0|null|1.0|null",
              "2026-11-25T10:00:00Z|performance|vllm:num_requests_running|{\"engine\":\"0\"}"
                  + "|20|0.0|5.0|50.0|1.0|2.5",
              "2026-11-25T11:00:00Z|performance|vllm:num_requests_running|{\"engine\":\"0\"}"
                  + "|1|7.0|7.0|7.0|7.0|7.0");
      assertThat(metrics.deleteBefore(START + 3_600_000)).isEqualTo(2);
      assertThat(metrics.count()).isEqualTo(1);
    }
  }

  private List<String> view() throws SQLException {
    List<String> found = new ArrayList<>();
    String sql =
        "SELECT timestamp, metric_type, metric_name, tags, count, min, max, sum, last, value"
            + " FROM metrics ORDER BY timestamp, metric_name";
    try (Connection connection =
            DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("monitor.db"));
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      while (rows.next()) {
        List<String> row = new ArrayList<>();
        for (int column = 1; column <= 10; column++) {
          row.add(String.valueOf(rows.getString(column)));
        }
        found.add(String.join("|", row));
      }
    }
    return found;
  }
}
