package io.vllmmonitor.persistence.series;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.sample.LabelMatcher;
import io.vllmmonitor.api.sample.Labels;
import io.vllmmonitor.api.sample.SampleBatch;
import io.vllmmonitor.api.sample.SeriesData;
import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.api.sample.SeriesSelector;
import io.vllmmonitor.api.store.AppendMode;
import io.vllmmonitor.api.store.SeriesStore;
import io.vllmmonitor.api.target.TargetId;
import io.vllmmonitor.persistence.engine.OpenStores;
import io.vllmmonitor.testkit.time.ManualClock;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A scan hands over what a read gives, each series once, however the samples lie. */
class ScanTest {
  private static final int ALL = 10_000_000;

  private final ManualClock clock = ManualClock.at("2026-11-25T22:00:00Z");
  private final Random random = new Random(11);
  private final List<SeriesKey> page = page(40, "a");

  @TempDir Path folder;

  private static List<SeriesKey> page(int size, String job) {
    return IntStream.range(0, size)
        .mapToObj(i -> new SeriesKey("m" + i, Labels.of("job", job)))
        .toList();
  }

  @Test
  void blocksAndJournalOfOnePageAreJoined() {
    try (OpenStores stores = OpenStores.in(folder, clock)) {
      SeriesStore store = stores.engine().series();
      append(store, page, 700);
      assertScans(store);
      store.flush();
      assertScans(store);
      append(store, page, 700);
      append(store, page, 30);
      assertScans(store);
    }
  }

  @Test
  void lateSamplesAndValuesAtTheSameTimeComeInOrder() {
    try (OpenStores stores = OpenStores.in(folder, clock)) {
      SeriesStore store = stores.engine().series();
      append(store, page, 600);
      store.flush();
      for (int i = 0; i < 20; i++) {
        appendAt(store, page, clock.instant().minusSeconds(i * 29L), AppendMode.IMPORTED);
      }
      assertScans(store);
      store.flush();
      append(store, page, 10);
      assertScans(store);
    }
  }

  @Test
  void pagesThatChangeAndDaysThatPassAreJoined() {
    List<SeriesKey> other = page(300, "b");
    try (OpenStores stores = OpenStores.in(folder, clock)) {
      SeriesStore store = stores.engine().series();
      append(store, page, 50);
      append(store, page.subList(3, 30), 50);
      assertScans(store);
      store.flush();
      assertScans(store);
      append(store, other, 20);
      clock.advance(Duration.ofHours(3));
      append(store, other, 20);
      append(store, page, 20);
      store.flush();
      assertScans(store);
    }
  }

  @Test
  void moreSamplesThanAllowedAreRefused() {
    try (OpenStores stores = OpenStores.in(folder, clock)) {
      SeriesStore store = stores.engine().series();
      append(store, page, 60);
      store.flush();
      append(store, page, 40);
      assertThat(scan(store, SeriesSelector.all(), 4_000)).hasSize(40);
      assertTooLarge(store, 3_999);
      clock.advance(Duration.ofHours(3));
      append(store, page, 1);
      assertThat(scan(store, SeriesSelector.all(), 4_040)).hasSize(40);
      assertTooLarge(store, 4_039);
    }
  }

  private static void assertTooLarge(SeriesStore store, int most) {
    assertThatThrownBy(() -> scan(store, SeriesSelector.all(), most))
        .isInstanceOfSatisfying(
            MonitorException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.QUERY_TOO_LARGE));
  }

  @Test
  void whatAVisitorThrowsEndsTheScanAndNothingElse() {
    try (OpenStores stores = OpenStores.in(folder, clock)) {
      SeriesStore store = stores.engine().series();
      append(store, page, 60);
      for (int i = 0; i < 20; i++) {
        assertThatThrownBy(
                () ->
                    store.scan(
                        SeriesSelector.all(),
                        Instant.EPOCH,
                        Instant.MAX,
                        ALL,
                        (series, times, values, count) -> {
                          throw new IllegalStateException("enough");
                        }))
            .hasMessage("enough");
      }
      assertScans(store);
    }
  }

  private void append(SeriesStore store, List<SeriesKey> series, int scrapes) {
    List<SampleBatch> batches = new ArrayList<>();
    for (int i = 0; i < scrapes; i++) {
      clock.advance(Duration.ofSeconds(1));
      batches.add(batch(series, clock.instant()));
    }
    store.append(batches);
  }

  private void appendAt(SeriesStore store, List<SeriesKey> series, Instant at, AppendMode mode) {
    store.append(List.of(batch(series, at)), mode);
  }

  private SampleBatch batch(List<SeriesKey> series, Instant at) {
    return new SampleBatch(
        new TargetId("gpu1:8000"), at, series, random.doubles(series.size()).toArray());
  }

  private void assertScans(SeriesStore store) {
    List<SeriesSelector> selectors =
        List.of(
            SeriesSelector.all(),
            SeriesSelector.ofName("m17"),
            SeriesSelector.ofName("none"),
            SeriesSelector.all()
                .and(new LabelMatcher("__name__", LabelMatcher.Operator.MATCHES, "m1|m20|m39")));
    Instant now = clock.instant();
    for (SeriesSelector selector : selectors) {
      for (int ago : new int[] {0, 5, 300, 650, 100_000}) {
        Instant from = now.minusSeconds(ago);
        assertSame(store, selector, from, now);
        assertSame(store, selector, from, from.plusSeconds(100));
      }
      assertSame(store, selector, now, now.minusSeconds(1));
    }
    assertThat(scan(store, SeriesSelector.all(), ALL)).isNotEmpty();
  }

  private static List<SeriesData> scan(SeriesStore store, SeriesSelector selector, int most) {
    return Scans.sorted(store, selector, Instant.EPOCH, Instant.MAX, most);
  }

  private static void assertSame(
      SeriesStore store, SeriesSelector selector, Instant from, Instant to) {
    assertThat(texts(Scans.sorted(store, selector, from, to, ALL)))
        .isEqualTo(texts(store.read(selector, from, to, ALL)));
  }

  private static List<String> texts(List<SeriesData> all) {
    List<String> texts = new ArrayList<>();
    for (SeriesData data : all) {
      for (int i = 0; i < data.size(); i++) {
        texts.add(data.series() + " " + data.epochMillis(i) + " " + data.value(i));
      }
    }
    return texts;
  }
}
