package io.vllmmonitor.persistence.series;

import static org.assertj.core.api.Assertions.assertThat;

import io.vllmmonitor.api.sample.SampleBatch;
import io.vllmmonitor.api.sample.SeriesData;
import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.api.sample.SeriesSelector;
import io.vllmmonitor.api.target.TargetId;
import io.vllmmonitor.persistence.engine.OpenStores;
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
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Day files of earlier versions of the schema are brought up to date when they are opened. */
class DayFileMigrationTest {
  private final ManualClock clock = ManualClock.at("2026-11-25T12:00:00Z");
  private final List<SeriesKey> page =
      IntStream.range(0, 40).mapToObj(i -> SeriesKey.of("m" + i)).toList();

  @TempDir Path folder;

  @Test
  void aFileWithAnIndexOverItsSeriesLosesTheIndexAndNothingElse() throws SQLException {
    List<String> written;
    try (OpenStores stores = OpenStores.in(folder, clock)) {
      append(stores, 100);
      stores.engine().series().flush();
      append(stores, 50);
      written = readAll(stores);
    }
    bringBackTheIndex();
    try (OpenStores stores = OpenStores.in(folder, clock)) {
      assertThat(readAll(stores)).isEqualTo(written);
      append(stores, 10);
      assertThat(readAll(stores)).hasSize(3 * page.size()).containsAll(written);
    }
    try (Connection day = open()) {
      assertThat(numbers(day, "SELECT count(*) FROM series")).containsExactly((long) page.size());
      assertThat(numbers(day, "SELECT count(*) FROM sqlite_schema WHERE tbl_name = 'series'"))
          .containsExactly(1L);
      assertThat(numbers(day, "SELECT version FROM schema_versions ORDER BY version"))
          .containsExactly(1L, 2L, 3L);
    }
    try (OpenStores stores = OpenStores.in(folder, clock)) {
      assertThat(readAll(stores)).hasSize(3 * page.size()).containsAll(written);
    }
  }

  private void append(OpenStores stores, int secondsAgo) {
    stores
        .engine()
        .series()
        .append(
            List.of(
                new SampleBatch(
                    new TargetId("gpu1:8000"),
                    clock.instant().minusSeconds(secondsAgo),
                    page,
                    IntStream.range(0, page.size()).mapToDouble(i -> i / 7.0).toArray())));
  }

  private static List<String> readAll(OpenStores stores) {
    List<String> found = new ArrayList<>();
    for (SeriesData series :
        stores.engine().series().read(SeriesSelector.all(), Instant.EPOCH, Instant.MAX, 100_000)) {
      for (int i = 0; i < series.size(); i++) {
        found.add(series.series() + " " + series.epochMillis(i) + " " + series.value(i));
      }
    }
    return found;
  }

  private Connection open() throws SQLException {
    return DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("metrics/2026-11-25.db"));
  }

  /** What a file of version 2 was. */
  private void bringBackTheIndex() throws SQLException {
    try (Connection day = open();
        Statement statement = day.createStatement()) {
      statement.executeUpdate("ALTER TABLE series RENAME TO newer");
      statement.executeUpdate(
          "CREATE TABLE series (id INTEGER PRIMARY KEY, name TEXT NOT NULL, labels TEXT NOT NULL,"
              + " crc INTEGER NOT NULL, UNIQUE (name, labels))");
      statement.executeUpdate("INSERT INTO series SELECT * FROM newer");
      statement.executeUpdate("DROP TABLE newer");
      statement.executeUpdate("DELETE FROM schema_versions WHERE version = 3");
    }
  }

  private static List<Long> numbers(Connection day, String sql) throws SQLException {
    List<Long> numbers = new ArrayList<>();
    try (Statement statement = day.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      while (rows.next()) {
        numbers.add(rows.getLong(1));
      }
    }
    return numbers;
  }
}
