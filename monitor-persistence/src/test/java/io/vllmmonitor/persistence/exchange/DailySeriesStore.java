package io.vllmmonitor.persistence.exchange;

import io.vllmmonitor.api.sample.Sample;
import io.vllmmonitor.api.sample.SampleBatch;
import io.vllmmonitor.api.sample.SeriesData;
import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.api.sample.SeriesSelector;
import io.vllmmonitor.api.store.AppendMode;
import io.vllmmonitor.api.store.AppendResult;
import io.vllmmonitor.api.store.Capability;
import io.vllmmonitor.api.store.SeriesPart;
import io.vllmmonitor.api.store.SeriesStore;
import io.vllmmonitor.testkit.store.InMemorySeriesStore;
import io.vllmmonitor.testkit.time.ManualClock;
import java.time.Instant;
import java.util.List;
import java.util.Set;

/** A store on the heap that can forget, all it has as one part. */
final class DailySeriesStore implements SeriesStore {
  private final ManualClock clock;
  private InMemorySeriesStore store;
  boolean forgets = true;
  int appends;
  int failAfter = Integer.MAX_VALUE;

  DailySeriesStore(ManualClock clock) {
    this.clock = clock;
    this.store = new InMemorySeriesStore(clock);
  }

  @Override
  public Set<Capability> capabilities() {
    return Set.of();
  }

  @Override
  public AppendResult append(List<SampleBatch> batches, AppendMode mode) {
    if (appends++ >= failAfter) {
      throw new IllegalStateException("killed");
    }
    return store.append(batches, mode);
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
  public List<Sample> latest(SeriesSelector selector) {
    return store.latest(selector);
  }

  @Override
  public List<SeriesPart> parts() {
    Statistics statistics = store.statistics();
    if (!forgets || statistics.samples() == 0) {
      return List.of();
    }
    return List.of(
        new SeriesPart(
            "all",
            SeriesPart.Content.SAMPLES,
            TestStores.NOON.minusSeconds(86_400 * 10),
            TestStores.NOON.plusSeconds(86_400),
            statistics.samples(),
            0));
  }

  @Override
  public void remove(Set<String> parts) {
    if (parts.contains("all")) {
      store = new InMemorySeriesStore(clock);
    }
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
