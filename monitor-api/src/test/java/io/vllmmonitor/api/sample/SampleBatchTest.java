package io.vllmmonitor.api.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.vllmmonitor.api.target.TargetId;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class SampleBatchTest {
  private static final TargetId TARGET = new TargetId("a:8000");

  @Test
  void theTimeIsCutToTheMillisecond() {
    SampleBatch batch =
        new SampleBatch(
            TARGET, Instant.parse("2026-11-25T00:00:00.123456Z"), List.of(), new double[0]);

    assertThat(batch.at()).isEqualTo(Instant.parse("2026-11-25T00:00:00.123Z"));
  }

  @Test
  void valuesAreCopied() {
    double[] values = {1};
    SampleBatch batch = new SampleBatch(TARGET, Instant.EPOCH, List.of(SeriesKey.of("a")), values);

    values[0] = 2;

    assertThat(batch.value(0)).isEqualTo(1);
  }

  @Test
  void anImmutableListOfSeriesStaysTheSameObject() {
    List<SeriesKey> series = List.of(SeriesKey.of("a"));

    assertThat(new SampleBatch(TARGET, Instant.EPOCH, series, new double[1]).series())
        .isSameAs(series);
  }

  @Test
  void columnsOfDifferentLengthAreRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new SampleBatch(TARGET, Instant.EPOCH, List.of(), new double[1]));
  }
}
