package io.vllmmonitor.core.notify;

import io.vllmmonitor.api.notify.Exporter;
import io.vllmmonitor.api.sample.SampleBatch;
import io.vllmmonitor.core.extension.Bound;
import io.vllmmonitor.core.telemetry.OwnMetrics;
import io.vllmmonitor.core.telemetry.Problems;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;

/**
 * Hands stored scrapes to all exporters. At most 256 batches wait for one exporter, then the oldest
 * goes; a failed one is not tried again, since the next is due already. One per daemon; close it
 * before the plugins. Thread-safe.
 */
public final class Exports implements AutoCloseable {
  static final DeliveryRules RULES =
      new DeliveryRules(
          "exporter",
          "export_batches",
          256,
          0,
          Duration.ofSeconds(30),
          Duration.ZERO,
          Duration.ofSeconds(5));

  private final Delivery<Exporter, SampleBatch> delivery;

  /**
   * @param exporters the live ones, asked at every delivery
   */
  public Exports(Supplier<List<Bound<Exporter>>> exporters, OwnMetrics metrics, Problems problems) {
    this(RULES, exporters, metrics, problems);
  }

  Exports(
      DeliveryRules rules,
      Supplier<List<Bound<Exporter>>> exporters,
      OwnMetrics metrics,
      Problems problems) {
    delivery = new Delivery<>(rules, exporters, Exporter::export, metrics, problems);
  }

  /** Queues scrapes, stored already, in their order; never waits. */
  public void offer(List<SampleBatch> batches) {
    batches.forEach(delivery::offer);
  }

  /** Hands over what is queued, for 5 s at most; the rest is dropped and counted. */
  @Override
  public void close() {
    delivery.close();
  }
}
