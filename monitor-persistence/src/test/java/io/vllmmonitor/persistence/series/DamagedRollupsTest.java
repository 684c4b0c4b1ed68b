package io.vllmmonitor.persistence.series;

import static org.assertj.core.api.Assertions.assertThat;

import io.vllmmonitor.api.history.Problem;
import io.vllmmonitor.api.sample.Labels;
import io.vllmmonitor.api.sample.SampleBatch;
import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.api.sample.SeriesRollup;
import io.vllmmonitor.api.sample.SeriesSelector;
import io.vllmmonitor.api.target.TargetId;
import io.vllmmonitor.persistence.sqlite.StoreCounters;
import io.vllmmonitor.testkit.time.ManualClock;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** While the samples are there, damaged aggregates never cost an answer. */
class DamagedRollupsTest {
  private static final Instant TEN = Instant.parse("2026-11-25T10:00:00Z");
  private static final int HOURS = 3;

  private final ManualClock clock = new ManualClock(TEN.plus(Duration.ofHours(HOURS)));
  private final List<Problem> problems = new ArrayList<>();

  @TempDir Path folder;

  private SqliteSeriesStore open() {
    SqliteSeriesStore store =
        SqliteSeriesStore.open(
            folder,
            SeriesOptions.standard(),
            rows -> {},
            clock,
            System::nanoTime,
            new StoreCounters(),
            problems);
    store.onDamage(problems::add);
    return store;
  }

  private static void fill(SqliteSeriesStore store) {
    List<SeriesKey> page = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      page.add(new SeriesKey("m" + i, Labels.of(Map.of("instance", "gpu1:8000"))));
    }
    List<SampleBatch> batches = new ArrayList<>();
    for (int second = 10; second <= HOURS * 3_600; second += 10) {
      double[] values = new double[page.size()];
      for (int i = 0; i < values.length; i++) {
        values[i] = (second * (i + 1L)) % 97;
      }
      batches.add(
          new SampleBatch(new TargetId("gpu1:8000"), TEN.plusSeconds(second), page, values));
    }
    assertThat(store.append(batches).rejected()).isEmpty();
    store.flush();
  }

  private static List<String> averages(SqliteSeriesStore store) {
    List<SeriesRollup> rollups =
        store.rollup(
            SeriesSelector.all(),
            TEN,
            TEN.plus(Duration.ofHours(HOURS)),
            Duration.ofMinutes(1),
            1_000_000);
    List<String> text = new ArrayList<>();
    for (SeriesRollup rollup : rollups) {
      for (int i = 0; i < rollup.size(); i++) {
        text.add(rollup.series() + " " + rollup.endMillis(i) + " " + rollup.sum(i));
      }
    }
    return text;
  }

  private void damage(String sql) throws SQLException {
    try (Connection connection =
            DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("rollup-2026-11.db"));
        Statement statement = connection.createStatement()) {
      assertThat(statement.executeUpdate(sql)).isPositive();
    }
  }

  private void assertDamageCostsNothing(String sql) throws SQLException {
    List<String> before;
    try (SqliteSeriesStore store = open()) {
      fill(store);
      before = averages(store);
      assertThat(before).hasSize(40 * HOURS * 60);
    }
    damage(sql);
    try (SqliteSeriesStore store = open()) {
      assertThat(averages(store)).isEqualTo(before);
      assertThat(problems).isNotEmpty();
      store.flush();
      assertThat(averages(store)).isEqualTo(before);
    }
  }

  @Test
  void aDamagedPackIsAnsweredFromTheSamplesAndMadeAgain() throws SQLException {
    assertDamageCostsNothing(
        "UPDATE minutes SET crc = crc + 1 WHERE id = (SELECT min(id) FROM minutes)");
    try (SqliteSeriesStore store = open()) {
      problems.clear();
      assertThat(averages(store)).hasSize(40 * HOURS * 60);
      assertThat(problems).as("it was made again").isEmpty();
    }
  }

  @Test
  void aDamagedShapeIsAnsweredFromTheSamples() throws SQLException {
    assertDamageCostsNothing("UPDATE shapes SET crc = crc + 1 WHERE id = 2");
  }

  @Test
  void aDamagedNameIsAnsweredFromTheSamples() throws SQLException {
    assertDamageCostsNothing("UPDATE series SET crc = crc + 1 WHERE id = 7");
  }

  @Test
  void aDamagedVersionIsAnsweredFromTheSamples() throws SQLException {
    assertDamageCostsNothing("UPDATE covered SET crc = crc + 1");
  }
}
