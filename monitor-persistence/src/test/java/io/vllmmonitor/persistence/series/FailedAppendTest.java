package io.vllmmonitor.persistence.series;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.sample.Sample;
import io.vllmmonitor.api.sample.SampleBatch;
import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.api.sample.SeriesSelector;
import io.vllmmonitor.api.store.AppendResult;
import io.vllmmonitor.api.store.SeriesStore;
import io.vllmmonitor.api.target.TargetId;
import io.vllmmonitor.persistence.engine.OpenStores;
import io.vllmmonitor.testkit.time.ManualClock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FailedAppendTest {
  private static final Instant MIDNIGHT = Instant.parse("2026-11-26T00:00:00Z");
  private static final SeriesKey UP = SeriesKey.of("up");

  private final ManualClock clock = new ManualClock(MIDNIGHT);

  @TempDir Path folder;

  private static SampleBatch batch(int second) {
    return new SampleBatch(
        new TargetId("gpu1:8000"),
        MIDNIGHT.plusSeconds(second),
        List.of(UP),
        new double[] {second});
  }

  @Test
  void whatFailedIsNotSeenAndCanBeAppendedAgain() throws Exception {
    try (OpenStores stores = OpenStores.in(folder, clock)) {
      SeriesStore series = stores.engine().series();
      series.append(List.of(batch(-2)));
      Path obstacle = Files.createDirectory(folder.resolve("metrics/2026-11-26.db"));

      List<SampleBatch> acrossMidnight = List.of(batch(-1), batch(0), batch(1));
      for (int attempt = 0; attempt < 2; attempt++) {
        assertThatThrownBy(() -> series.append(acrossMidnight))
            .isInstanceOfSatisfying(
                MonitorException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.STORE_IO));
      }
      assertThat(series.latest(SeriesSelector.all()))
          .as("the day before midnight is a file of its own")
          .containsExactly(new Sample(UP, MIDNIGHT.minusSeconds(1), -1));
      assertThat(series.statistics().samples()).isEqualTo(2);

      Files.delete(obstacle);
      assertThat(series.append(List.of(batch(0), batch(1)))).isEqualTo(AppendResult.allStored(2));
      assertThat(series.statistics().samples()).isEqualTo(4);
      assertThat(series.read(SeriesSelector.all(), Instant.EPOCH, Instant.MAX, 10).get(0).size())
          .isEqualTo(4);
    }
  }
}
