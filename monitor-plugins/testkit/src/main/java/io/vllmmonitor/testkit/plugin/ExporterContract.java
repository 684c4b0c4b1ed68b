package io.vllmmonitor.testkit.plugin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vllmmonitor.api.notify.Exporter;
import io.vllmmonitor.api.sample.Labels;
import io.vllmmonitor.api.sample.SampleBatch;
import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.api.sample.StaleMarker;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * What every exporter must keep to. The author brings an exporter, a receiver that keeps what
 * arrives, and one that is not there.
 */
public abstract class ExporterContract extends ExtensionContract<Exporter> {
  private static final double STEPS = 100_000_000;
  private static final Instant AT = Instant.parse("2026-01-01T00:00:00Z");

  /** A new exporter whose receiver takes everything, configured alike each time. */
  protected abstract Exporter exporter();

  /** A new exporter whose receiver is not there. */
  protected abstract Exporter exporterToNowhere();

  /** What all receivers of this test got so far, one text per call of {@code export} or more. */
  protected abstract List<String> delivered();

  @Override
  Exporter create() {
    return exporter();
  }

  @Override
  String answer(Exporter exporter, int number) {
    return String.join("\n", exported(exporter, batch(number)));
  }

  private List<String> exported(Exporter exporter, SampleBatch batch) {
    int before = delivered().size();
    exporter.export(batch);
    List<String> all = new ArrayList<>(delivered());
    return all.subList(before, all.size());
  }

  @Override
  void strange(Exporter exporter, RandomInput random) {
    exporter.export(random.batch());
  }

  @Override
  double budget() {
    return STEPS;
  }

  @Test
  void everySampleOfAScrapeArrives() {
    Exporter exporter = exporter();
    for (int i = 0; i < 5; i++) {
      SampleBatch batch = batch(i);
      String arrived = String.join("\n", exported(exporter, batch));
      for (SeriesKey series : batch.series()) {
        assertThat(arrived).as("what arrives of scrape %d", i).contains(series.name());
      }
    }
  }

  @Test
  void anEmptyScrapeAndValuesThatAreNoNumbersAreTaken() {
    Exporter exporter = exporter();
    exporter.export(new SampleBatch(RandomInput.TARGET, AT, List.of(), new double[0]));
    List<SeriesKey> series = new ArrayList<>();
    double[] values = {
      Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, -0.0, StaleMarker.value()
    };
    for (int i = 0; i < values.length; i++) {
      series.add(new SeriesKey("odd_" + i, Labels.of("instance", "gpu1:8000")));
    }
    exporter.export(new SampleBatch(RandomInput.TARGET, AT.plusSeconds(1), series, values));
  }

  @Test
  void whatCannotBeHandedOnFailsAndIsNotSwallowed() {
    assertThatThrownBy(
            () -> exporterToNowhere().export(batch(0)),
            "export() must throw where the receiver is not there, so that the loss is counted")
        .isInstanceOf(RuntimeException.class);
  }

  private static SampleBatch batch(int number) {
    List<SeriesKey> series =
        List.of(
            new SeriesKey("vllm:num_requests_running", Labels.of("engine", "0")),
            new SeriesKey("vllm:num_requests_waiting", Labels.of("engine", "0")));
    return new SampleBatch(
        RandomInput.TARGET, AT.plusSeconds(number), series, new double[] {number, 2.0 * number});
  }
}
