package io.vllmmonitor.persistence.rollup;

import static org.assertj.core.api.Assertions.assertThat;

import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.api.sample.SeriesRollup;
import io.vllmmonitor.persistence.rollup.RollupCache.Minutes;
import io.vllmmonitor.persistence.sqlite.StoreCounters;
import io.vllmmonitor.testkit.time.ManualClock;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RollupCacheTest {
  private static final long HOUR = RollupFiles.HOUR;
  private static final long START = Instant.parse("2026-12-01T00:00:00Z").toEpochMilli();
  private static final boolean[] BOTH = {true, true};

  private final ManualClock clock = ManualClock.at("2026-12-03T12:00:00Z");
  private final List<MonitorException> damage = new ArrayList<>();
  private final RollupCache cache = new RollupCache();

  @TempDir Path folder;

  private RollupFiles open() {
    return new RollupFiles(
        folder, clock, clock.nanoTicker(), new StoreCounters(), rows -> {}, damage::add);
  }

  @Test
  void readsAfterWritesGiveWhatTheFileHas() {
    Random random = new Random(21);
    List<Predicate<SeriesKey>> selectors =
        List.of(
            key -> true,
            key -> key.name().endsWith("3"),
            key -> key.name().equals("m20"),
            key -> false);
    try (RollupFiles files = open()) {
      for (int round = 0; round < 60; round++) {
        long end = START + (1 + random.nextInt(60)) * HOUR;
        files.write(end, "group" + random.nextInt(2), round, hour(random, end));
        for (Predicate<SeriesKey> wanted : selectors) {
          long from = START + random.nextInt(3_600) * RollupFiles.MINUTE;
          long to = from + random.nextInt(3_600) * RollupFiles.MINUTE;
          String kept = text(files, wanted, from, to);
          assertThat(text(files, wanted, from, to)).isEqualTo(kept);
          if (round % 10 == 0) {
            try (RollupFiles fresh = open()) {
              assertThat(kept).isEqualTo(text(fresh, wanted, from, to));
            }
          }
        }
      }
    }
    assertThat(damage).isEmpty();
  }

  private static List<SeriesHour> hour(Random random, long hourEnd) {
    HourAggregator aggregator = new HourAggregator();
    List<SeriesHour> hours = new ArrayList<>();
    for (int series = 0; series < 25; series++) {
      if (random.nextInt(5) == 0) {
        continue;
      }
      aggregator.begin(hourEnd);
      for (int i = 0; i < 50; i++) {
        aggregator.add(hourEnd - HOUR + 1 + i * 72_000L, random.nextInt(100));
      }
      hours.add(aggregator.finish(SeriesKey.of("m" + series)));
    }
    return hours;
  }

  private static String text(RollupFiles files, Predicate<SeriesKey> wanted, long from, long to) {
    StringBuilder text = new StringBuilder();
    for (SeriesRollup rollup :
        files.read(wanted, from, to, RollupFiles.MINUTE, Integer.MAX_VALUE)) {
      text.append(rollup.series());
      for (int i = 0; i < rollup.size(); i++) {
        text.append(' ').append(rollup.endMillis(i)).append(' ').append(rollup.count(i));
        text.append(' ').append(rollup.sum(i)).append(' ').append(rollup.minimum(i));
        text.append(' ').append(rollup.maximum(i)).append(' ').append(rollup.last(i));
      }
      text.append('\n');
    }
    return text.toString();
  }

  @Test
  void whatWasReadBeforeAWriteIsNotKept() {
    Minutes minutes = new Minutes(1, new double[SeriesHour.COLUMNS]);
    long before = cache.generation();
    cache.keep(7, 0, minutes, before);
    cache.keep(7, 1, minutes, before);
    assertThat(cache.find(7, 1, BOTH)).containsExactly(minutes, minutes);
    cache.forget(7);
    assertThat(cache.find(7, 1, BOTH)).isNull();
    cache.keep(7, 0, minutes, before);
    cache.keep(7, 1, minutes, before);
    assertThat(cache.find(7, 1, BOTH)).isNull();
    cache.keep(7, 0, minutes, cache.generation());
    assertThat(cache.find(7, 1, new boolean[] {true, false})).containsExactly(minutes, null);
  }

  @Test
  void anHourIsForgottenInAllShapes() {
    long other = 5L << 24 | 7;
    for (long pack : new long[] {7, 8, other}) {
      cache.keep(pack, 0, Minutes.NONE, cache.generation());
    }
    cache.forget(7);
    boolean[] one = {true};
    assertThat(cache.find(7, 1, one)).isNull();
    assertThat(cache.find(other, 1, one)).isNull();
    assertThat(cache.find(8, 1, one)).isNotNull();
  }

  @Test
  void itKeepsABoundedNumberAndForgetsTheOldestFirst() {
    boolean[] one = {true};
    for (int pack = 0; pack < 10_000; pack++) {
      cache.keep(pack, 0, Minutes.NONE, cache.generation());
    }
    assertThat(cache.find(0, 1, one)).isNull();
    assertThat(cache.find(7_999, 1, one)).isNull();
    assertThat(cache.find(8_000, 2_000, one)).isNotNull();
  }
}
