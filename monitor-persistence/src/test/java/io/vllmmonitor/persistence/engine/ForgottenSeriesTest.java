package io.vllmmonitor.persistence.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.vllmmonitor.api.sample.SampleBatch;
import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.api.sample.SeriesSelector;
import io.vllmmonitor.api.store.SeriesPart;
import io.vllmmonitor.api.store.SeriesStore;
import io.vllmmonitor.api.store.StorageBackend;
import io.vllmmonitor.api.target.TargetId;
import io.vllmmonitor.persistence.config.PersistenceConfig;
import io.vllmmonitor.testkit.time.ManualClock;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Series that go on after all their samples were forgotten. */
class ForgottenSeriesTest {
  private static final Instant NOON = Instant.parse("2026-11-25T12:00:00Z");

  /** One list for all pages of the target, as readers of pages give it. */
  private static final List<SeriesKey> PAGE = List.of(SeriesKey.of("a"), SeriesKey.of("b"));

  private final ManualClock clock = new ManualClock(NOON);

  @TempDir Path folder;

  private void append(SeriesStore series) {
    TargetId target = new TargetId("x:1");
    SampleBatch batch = new SampleBatch(target, clock.instant(), PAGE, new double[] {1, 2});
    assertThat(series.append(List.of(batch)).stored()).isEqualTo(2);
  }

  @ParameterizedTest
  @EnumSource(StorageBackend.class)
  void theirNewestSamplesAreThereAgain(StorageBackend backend) {
    PersistenceConfig config =
        PersistenceConfig.builder(folder).backend(backend).reserveSize(0).build();
    try (OpenStores stores = OpenStores.in(config, clock)) {
      SeriesStore series = stores.engine().series();
      append(series);
      series.remove(series.parts().stream().map(SeriesPart::name).collect(Collectors.toSet()));
      assertThat(series.latest(SeriesSelector.all())).isEmpty();
      clock.advance(Duration.ofSeconds(5));
      append(series);
      assertThat(series.latest(SeriesSelector.all())).hasSize(2);
      assertThat(series.statistics().series()).isEqualTo(2);
    }
  }
}
