package io.vllmmonitor.persistence.series;

import static org.assertj.core.api.Assertions.assertThat;

import io.vllmmonitor.api.history.Problem;
import io.vllmmonitor.api.sample.Labels;
import io.vllmmonitor.api.sample.SampleBatch;
import io.vllmmonitor.api.sample.SeriesData;
import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.api.sample.SeriesRollup;
import io.vllmmonitor.api.sample.SeriesSelector;
import io.vllmmonitor.api.sample.StaleMarker;
import io.vllmmonitor.api.store.AppendMode;
import io.vllmmonitor.api.store.SeriesStore;
import io.vllmmonitor.api.target.TargetId;
import io.vllmmonitor.persistence.config.PersistenceConfig.Synchronous;
import io.vllmmonitor.persistence.sqlite.StoreCounters;
import io.vllmmonitor.testkit.store.InMemorySeriesStore;
import io.vllmmonitor.testkit.time.ManualClock;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whatever happens to a store of samples in whatever order, it answers as one that keeps them on
 * the heap: scrapes, late and imported samples, series that come and go, sealing, merging, and
 * opening again, around a midnight.
 */
class SeriesModelTest {
  private static final Instant BEGIN = Instant.parse("2026-11-25T21:30:00Z");
  private static final List<TargetId> TARGETS =
      List.of(new TargetId("gpu1:8000"), new TargetId("gpu2:8000"));

  private final ManualClock clock = new ManualClock(BEGIN);
  private final List<Problem> problems = new ArrayList<>();

  @TempDir Path folder;

  private SqliteSeriesStore open() {
    SeriesOptions options =
        new SeriesOptions(Duration.ofMinutes(10), 1_000_000, 7, Synchronous.NORMAL);
    return SqliteSeriesStore.open(
        folder, options, rows -> {}, clock, System::nanoTime, new StoreCounters(), problems);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void itAnswersAsAStoreOnTheHeap(long seed) {
    Random random = new Random(seed);
    SeriesStore model = new InMemorySeriesStore(clock);
    SqliteSeriesStore store = open();
    try {
      for (int step = 0; step < 250; step++) {
        clock.advance(Duration.ofSeconds(1 + random.nextInt(80)));
        switch (random.nextInt(12)) {
          case 0 -> store.flush();
          case 1 -> store.maintain();
          case 2 -> {
            store.close();
            store = open();
          }
          case 3 -> compare(store, model, random);
          case 4 -> append(store, model, batch(random, 600), AppendMode.PUSHED);
          case 5 -> append(store, model, batch(random, 7_200), AppendMode.IMPORTED);
          case 6 -> append(store, model, batch(random, 1_200), AppendMode.PUSHED);
          default -> append(store, model, batch(random, 0), AppendMode.SCRAPED);
        }
      }
      compare(store, model, random);
      store.flush();
      compare(store, model, random);
      assertThat(store.statistics().samples()).isEqualTo(model.statistics().samples());
      assertThat(store.statistics().series()).isEqualTo(model.statistics().series());
      assertThat(problems).isEmpty();
    } finally {
      store.close();
    }
  }

  private static void append(
      SeriesStore store, SeriesStore model, SampleBatch batch, AppendMode mode) {
    assertThat(store.append(List.of(batch), mode))
        .as("%s of %s", mode, batch)
        .isEqualTo(model.append(List.of(batch), mode));
  }

  /** Some of twenty series, at most so many seconds ago. */
  private SampleBatch batch(Random random, int ago) {
    TargetId target = TARGETS.get(random.nextInt(TARGETS.size()));
    List<SeriesKey> page = new ArrayList<>();
    int from = random.nextInt(5);
    for (int i = from; i < 20 - random.nextInt(3); i++) {
      page.add(new SeriesKey("m" + i, Labels.of(Map.of("instance", target.instance()))));
    }
    double[] values = random.doubles(page.size()).map(x -> value(random, x)).toArray();
    Instant at = clock.instant().minusSeconds(ago == 0 ? 0 : random.nextInt(ago));
    return new SampleBatch(target, at, page, values);
  }

  private static double value(Random random, double x) {
    return switch (random.nextInt(10)) {
      case 0 -> Math.floor(x * 1_000);
      case 1 -> Math.floor(x * 1_000) / 100;
      case 2 -> -0.0;
      case 3 -> Double.NaN;
      case 4 -> StaleMarker.value();
      case 5 -> Double.POSITIVE_INFINITY;
      case 6 -> x;
      default -> 42;
    };
  }

  private void compare(SeriesStore store, SeriesStore model, Random random) {
    Instant now = clock.instant();
    Instant from = now.minusSeconds(random.nextInt(10_000));
    Instant to = from.plusSeconds(random.nextInt(10_000));
    SeriesSelector some =
        random.nextBoolean()
            ? SeriesSelector.all()
            : SeriesSelector.ofName("m" + random.nextInt(20));
    assertThat(text(store.read(some, from, to, 1_000_000)))
        .isEqualTo(text(model.read(some, from, to, 1_000_000)));
    assertThat(text(Scans.sorted(store, some, from, to, 1_000_000)))
        .isEqualTo(text(model.read(some, from, to, 1_000_000)));
    assertThat(store.series(some, from, to)).isEqualTo(model.series(some, from, to));
    assertThat(store.latest(some).toString()).isEqualTo(model.latest(some).toString());
    for (long seconds : new long[] {60, 300, 3_600, 7_200, 420}) {
      long first = from.getEpochSecond() / seconds * seconds;
      long last = first + seconds * (1 + random.nextInt(20));
      List<SeriesRollup> found =
          store.rollup(
              some,
              Instant.ofEpochSecond(first),
              Instant.ofEpochSecond(last),
              Duration.ofSeconds(seconds),
              1_000_000);
      List<SeriesRollup> expected =
          model.rollup(
              some,
              Instant.ofEpochSecond(first),
              Instant.ofEpochSecond(last),
              Duration.ofSeconds(seconds),
              1_000_000);
      assertThat(found.stream().map(SeriesModelTest::text).toList())
          .as("aggregates of %d s from %d to %d", seconds, first, last)
          .isEqualTo(expected.stream().map(SeriesModelTest::text).toList());
    }
  }

  private static String text(List<SeriesData> all) {
    StringBuilder text = new StringBuilder();
    for (SeriesData data : all) {
      text.append(data.series());
      for (int i = 0; i < data.size(); i++) {
        text.append(' ')
            .append(data.epochMillis(i))
            .append('=')
            .append(Long.toHexString(Double.doubleToRawLongBits(data.value(i))));
      }
      text.append('\n');
    }
    return text.toString();
  }

  /** Sums may differ in their last bits, as their order does. */
  private static String text(SeriesRollup rollup) {
    StringBuilder text = new StringBuilder(rollup.series().toString());
    for (int i = 0; i < rollup.size(); i++) {
      text.append(
          String.format(
              " %d:%d:%.6g:%s:%s:%s",
              rollup.endMillis(i),
              rollup.count(i),
              rollup.sum(i),
              rollup.minimum(i),
              rollup.maximum(i),
              rollup.last(i)));
    }
    return text.toString();
  }
}
