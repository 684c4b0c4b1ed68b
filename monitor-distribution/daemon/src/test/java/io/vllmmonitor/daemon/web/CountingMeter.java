package io.vllmmonitor.daemon.web;

import io.vllmmonitor.persistence.ingest.IngestMeter;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;

/** Adds up what it is told of pushed samples. */
final class CountingMeter implements IngestMeter {
  final AtomicLong received = new AtomicLong();
  final AtomicLong stored = new AtomicLong();
  final Map<String, Long> rejected = new ConcurrentSkipListMap<>();
  final Map<String, Long> ignored = new ConcurrentSkipListMap<>();

  @Override
  public void received(long samples) {
    received.addAndGet(samples);
  }

  @Override
  public void stored(long samples) {
    stored.addAndGet(samples);
  }

  @Override
  public void rejected(String reason, long samples) {
    rejected.merge(reason, samples, Long::sum);
  }

  @Override
  public void ignored(String kind, long entries) {
    ignored.merge(kind, entries, Long::sum);
  }
}
