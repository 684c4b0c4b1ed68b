package io.vllmmonitor.daemon.web;

import io.vllmmonitor.api.sample.Sample;
import io.vllmmonitor.api.sample.SampleBatch;
import io.vllmmonitor.api.sample.SeriesData;
import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.api.sample.SeriesSelector;
import io.vllmmonitor.api.store.AppendMode;
import io.vllmmonitor.api.store.AppendResult;
import io.vllmmonitor.api.store.Capability;
import io.vllmmonitor.api.store.SeriesStore;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/** Counts samples and forgets them, so that what is before a store can be measured alone. */
final class NullStore implements SeriesStore {
  private final AtomicLong samples = new AtomicLong();

  @Override
  public Set<Capability> capabilities() {
    return Set.of();
  }

  @Override
  public AppendResult append(List<SampleBatch> batches, AppendMode mode) {
    long count = batches.stream().mapToLong(SampleBatch::size).sum();
    samples.addAndGet(count);
    return AppendResult.allStored(count);
  }

  @Override
  public List<SeriesKey> series(SeriesSelector selector, Instant from, Instant to) {
    return List.of();
  }

  @Override
  public List<SeriesData> read(SeriesSelector selector, Instant from, Instant to, int maxSamples) {
    return List.of();
  }

  @Override
  public List<Sample> latest(SeriesSelector selector) {
    return List.of();
  }

  @Override
  public Statistics statistics() {
    return new Statistics(0, samples.get(), 0);
  }

  @Override
  public void close() {}
}
