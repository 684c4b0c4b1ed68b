package io.vllmmonitor.persistence.query;

import static org.assertj.core.api.Assertions.assertThat;

import io.vllmmonitor.api.sample.MetricCatalog;
import io.vllmmonitor.api.sample.Sample;
import io.vllmmonitor.api.sample.SampleBatch;
import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.api.store.AppendMode;
import io.vllmmonitor.api.target.TargetId;
import io.vllmmonitor.persistence.engine.OpenStores;
import io.vllmmonitor.persistence.query.QueryResult.VectorResult;
import io.vllmmonitor.testkit.time.ManualClock;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Moments long ago have the same values after a restart, series that ended since included. */
class OlderMomentsTest {
  private final ManualClock clock = ManualClock.at("2026-11-25T12:00:00Z");
  private final SeriesKey ended = SeriesKey.of("ended");
  private final SeriesKey going = SeriesKey.of("going");

  @TempDir Path folder;

  @Test
  void aSeriesThatEndedDaysAgoHasItsValueOfThen() {
    Instant first = clock.instant();
    List<String> before = new ArrayList<>();
    try (OpenStores stores = OpenStores.in(folder, clock)) {
      append(stores, List.of(ended, going));
      for (int day = 1; day <= 4; day++) {
        clock.advance(Duration.ofDays(1));
        append(stores, List.of(going));
      }
      before.addAll(values(stores, first));
      before.addAll(values(stores, first.plusSeconds(299)));
      before.addAll(values(stores, clock.instant()));
    }
    assertThat(before).hasSize(5).anyMatch(text -> text.startsWith("ended"));
    List<String> after = new ArrayList<>();
    try (OpenStores stores = OpenStores.in(folder, clock)) {
      after.addAll(values(stores, first));
      after.addAll(values(stores, first.plusSeconds(299)));
      after.addAll(values(stores, clock.instant()));
    }
    assertThat(after).isEqualTo(before);
  }

  private void append(OpenStores stores, List<SeriesKey> series) {
    stores
        .engine()
        .series()
        .append(
            List.of(
                new SampleBatch(
                    new TargetId("gpu1:8000"),
                    clock.instant(),
                    series,
                    series.stream()
                        .mapToDouble(key -> clock.instant().getEpochSecond())
                        .toArray())),
            AppendMode.SCRAPED);
  }

  private List<String> values(OpenStores stores, Instant at) {
    PromQuery query =
        new PromQuery(
            stores.engine().series(),
            new MetricCatalog(),
            QueryLimits.standard(),
            System::nanoTime);
    List<String> texts = new ArrayList<>();
    for (String name : List.of("ended", "going")) {
      for (Sample sample : ((VectorResult) query.instant(name, at)).samples()) {
        texts.add(sample.series() + " " + sample.at() + " " + sample.value());
      }
    }
    return texts;
  }
}
