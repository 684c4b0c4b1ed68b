package io.vllmmonitor.core.rehearsal;

import io.vllmmonitor.api.sample.Labels;
import io.vllmmonitor.api.sample.SampleBatch;
import io.vllmmonitor.api.sample.SeriesData;
import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.api.sample.StaleMarker;
import io.vllmmonitor.api.target.Target;
import io.vllmmonitor.core.testing.MemoryHistory;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Scrapes of a target that are stored and can be appended to live windows as well. */
final class StoredTarget {
  private final Target target;
  private final Map<SeriesKey, TreeMap<Long, Double>> series = new TreeMap<>();
  private final List<SampleBatch> batches = new ArrayList<>();
  private List<SeriesKey> before = List.of();

  StoredTarget(Target target) {
    this.target = target;
  }

  /** One scrape; series of the page before that are missing get a stale marker. */
  void scrape(Instant at, boolean up, Map<SeriesKey, Double> page) {
    Map<SeriesKey, Double> all = new TreeMap<>();
    page.forEach((key, value) -> all.put(stored(key), value));
    List<SeriesKey> now = List.copyOf(all.keySet());
    for (SeriesKey gone : before) {
      all.putIfAbsent(gone, StaleMarker.value());
    }
    before = now;
    all.put(stored(SeriesKey.of("up")), up ? 1.0 : 0.0);
    all.forEach(
        (key, value) ->
            series.computeIfAbsent(key, unused -> new TreeMap<>()).put(at.toEpochMilli(), value));
    batches.add(
        new SampleBatch(
            target.id(),
            at,
            List.copyOf(all.keySet()),
            all.values().stream().mapToDouble(Double::doubleValue).toArray()));
  }

  private SeriesKey stored(SeriesKey key) {
    Labels labels = key.labels().with("job", "vllm").with("instance", target.id().instance());
    return new SeriesKey(key.name(), labels);
  }

  List<SampleBatch> batches() {
    return batches;
  }

  MemoryHistory store(MemoryHistory history) {
    series.forEach(
        (key, samples) ->
            history.put(
                new SeriesData(
                    key,
                    samples.keySet().stream().mapToLong(Long::longValue).toArray(),
                    samples.values().stream().mapToDouble(Double::doubleValue).toArray())));
    return history;
  }
}
