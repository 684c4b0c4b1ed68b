package io.vllmmonitor.persistence.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.vllmmonitor.api.sample.SampleBatch;
import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.api.sample.SeriesSelector;
import io.vllmmonitor.api.store.RecordKind;
import io.vllmmonitor.api.store.SeriesPart;
import io.vllmmonitor.api.store.StorageBackend;
import io.vllmmonitor.api.store.StoredRecord;
import io.vllmmonitor.api.target.TargetId;
import io.vllmmonitor.persistence.config.PersistenceConfig;
import io.vllmmonitor.testkit.time.ManualClock;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Forgetting on the JSON back end, day by day as a daemon does it. */
class JsonRetentionTest {
  private static final Instant NOON = Instant.parse("2026-11-25T12:00:00Z");
  private static final List<SeriesKey> PAGE = List.of(SeriesKey.of("a"), SeriesKey.of("b"));

  private final ManualClock clock = new ManualClock(NOON);

  @TempDir Path folder;

  private PersistenceConfig.Builder config() {
    return PersistenceConfig.builder(folder)
        .backend(StorageBackend.JSON)
        .metricsRetentionDays(3)
        .checkpointRetentionDays(3)
        .reserveSize(0);
  }

  /** A day of work: samples before and after midnight, rows, maintenance. */
  private void day(StoreEngine engine) {
    for (int hour = 0; hour < 24; hour++) {
      double[] values = {hour, -hour};
      engine
          .series()
          .append(List.of(new SampleBatch(new TargetId("x:1"), clock.instant(), PAGE, values)));
      String id = "c-" + clock.millis();
      engine
          .records()
          .write(
              List.of(
                  new StoredRecord(
                      RecordKind.CHECKPOINTS, id, clock.instant(), "x:1", Map.of(), "{}")));
      clock.advance(Duration.ofHours(1));
      engine.maintain();
    }
  }

  private static List<String> days(StoreEngine engine) {
    return engine.series().parts().stream().map(SeriesPart::name).toList();
  }

  @Test
  void aStoreThatGoesOnForDaysForgetsByAgeAndServesTheRest() {
    try (OpenStores stores = OpenStores.in(config().build(), clock)) {
      for (int i = 0; i < 6; i++) {
        day(stores.engine());
      }
      stores.engine().retention(clock).apply();
      assertThat(days(stores.engine()))
          .containsExactly("2026-11-28", "2026-11-29", "2026-11-30", "2026-12-01");
      assertThat(stores.engine().records().count(RecordKind.CHECKPOINTS)).isEqualTo(72);
    }
    try (OpenStores stores = OpenStores.in(config().build(), clock)) {
      assertThat(stores.engine().report().problems()).isEmpty();
      assertThat(
              stores
                  .engine()
                  .series()
                  .read(SeriesSelector.ofName("a"), Instant.EPOCH, Instant.MAX, 1_000))
          .singleElement()
          .satisfies(data -> assertThat(data.size()).isEqualTo(3 * 24 + 12));
      assertThat(stores.engine().records().count(RecordKind.CHECKPOINTS)).isEqualTo(72);
    }
  }

  @Test
  void aStoreAboveItsCapKeepsItsNewestDay() {
    try (OpenStores stores = OpenStores.in(config().maxSize(1).build(), clock)) {
      day(stores.engine());
      day(stores.engine());
      assertThat(days(stores.engine())).hasSize(3);
      stores.engine().retention(clock).apply();
      assertThat(days(stores.engine())).containsExactly("2026-11-27");
      assertThat(stores.engine().series().latest(SeriesSelector.all())).hasSize(2);
      day(stores.engine());
      assertThat(days(stores.engine())).containsExactly("2026-11-27", "2026-11-28");
    }
  }
}
