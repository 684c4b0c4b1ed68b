package io.vllmmonitor.daemon.boot;

import io.vllmmonitor.core.telemetry.OwnCounter;
import io.vllmmonitor.core.telemetry.OwnMetrics;
import io.vllmmonitor.daemon.web.BodyCounter;
import io.vllmmonitor.persistence.ingest.IngestMeter;

/** Counts what others push, for the monitor's own metrics. Thread-safe. */
final class IngestMetrics implements IngestMeter, BodyCounter {
  private final OwnCounter bodies;
  private final OwnCounter received;
  private final OwnCounter stored;
  private final OwnCounter rejected;
  private final OwnCounter ignored;

  IngestMetrics(OwnMetrics metrics) {
    bodies =
        metrics.counter("ingest_bodies", "Pushed bodies that were answered.", "route", "status");
    received = metrics.counter("ingest_samples_received", "Samples that others pushed.");
    stored = metrics.counter("ingest_samples_stored", "Pushed samples that the store took.");
    rejected =
        metrics.counter("ingest_samples_rejected", "Pushed samples that were refused.", "reason");
    ignored =
        metrics.counter(
            "ingest_ignored", "What remote write brought beside samples; it is not kept.", "kind");
  }

  @Override
  public void answered(String route, int status) {
    bodies.increment(route, Integer.toString(status));
  }

  @Override
  public void received(long samples) {
    received.add(samples);
  }

  @Override
  public void stored(long samples) {
    stored.add(samples);
  }

  @Override
  public void rejected(String reason, long samples) {
    rejected.add(samples, reason);
  }

  @Override
  public void ignored(String kind, long entries) {
    ignored.add(entries, kind);
  }
}
