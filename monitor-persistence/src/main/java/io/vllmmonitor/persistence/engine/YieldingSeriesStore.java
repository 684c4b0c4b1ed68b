package io.vllmmonitor.persistence.engine;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.sample.Sample;
import io.vllmmonitor.api.sample.SampleBatch;
import io.vllmmonitor.api.sample.SeriesData;
import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.api.sample.SeriesRollup;
import io.vllmmonitor.api.sample.SeriesSelector;
import io.vllmmonitor.api.store.AppendMode;
import io.vllmmonitor.api.store.AppendResult;
import io.vllmmonitor.api.store.Capability;
import io.vllmmonitor.api.store.SampleVisitor;
import io.vllmmonitor.api.store.SeriesPart;
import io.vllmmonitor.api.store.SeriesStore;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;

/** Samples that wait while the reserve is in use, so that they leave it to the records. */
final class YieldingSeriesStore implements SeriesStore {
  private final SeriesStore store;
  private final DiskReserve reserve;

  YieldingSeriesStore(SeriesStore store, DiskReserve reserve) {
    this.store = store;
    this.reserve = reserve;
  }

  @Override
  public Set<Capability> capabilities() {
    return store.capabilities();
  }

  @Override
  public AppendResult append(List<SampleBatch> batches, AppendMode mode) {
    if (reserve.isInUse()) {
      throw new MonitorException(
          ErrorCode.STORE_FULL,
          Blame.ENVIRONMENT,
          "The disk is full; what room is left is kept for decisions, samples wait in memory. "
              + "Free some space, or set storage.max_size");
    }
    return store.append(batches, mode);
  }

  @Override
  public void flush() {
    store.flush();
  }

  @Override
  public List<SeriesKey> series(SeriesSelector selector, Instant from, Instant to) {
    return store.series(selector, from, to);
  }

  @Override
  public List<SeriesData> read(SeriesSelector selector, Instant from, Instant to, int maxSamples) {
    return store.read(selector, from, to, maxSamples);
  }

  @Override
  public void scan(
      SeriesSelector selector, Instant from, Instant to, int maxSamples, SampleVisitor visitor) {
    store.scan(selector, from, to, maxSamples, visitor);
  }

  @Override
  public List<SeriesRollup> rollup(
      SeriesSelector selector, Instant from, Instant to, Duration resolution, int maxAggregates) {
    return store.rollup(selector, from, to, resolution, maxAggregates);
  }

  @Override
  public List<Sample> latest(SeriesSelector selector) {
    return store.latest(selector);
  }

  @Override
  public Instant latestSince() {
    return store.latestSince();
  }

  @Override
  public List<SeriesPart> parts() {
    return store.parts();
  }

  @Override
  public void remove(Set<String> parts) {
    store.remove(parts);
  }

  @Override
  public Statistics statistics() {
    return store.statistics();
  }

  @Override
  public void close() {
    store.close();
  }
}
