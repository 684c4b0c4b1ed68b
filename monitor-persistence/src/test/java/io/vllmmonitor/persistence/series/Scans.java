package io.vllmmonitor.persistence.series;

import io.vllmmonitor.api.sample.SeriesData;
import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.api.sample.SeriesSelector;
import io.vllmmonitor.api.store.SeriesStore;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What a scan hands over, as reads give it. */
final class Scans {
  private Scans() {}

  /** Sorted by series; fails when a series comes twice. */
  static List<SeriesData> sorted(
      SeriesStore store, SeriesSelector selector, Instant from, Instant to, int maxSamples) {
    Map<SeriesKey, SeriesData> found = new TreeMap<>();
    store.scan(
        selector,
        from,
        to,
        maxSamples,
        (series, epochMillis, values, count) -> {
          SeriesData data =
              new SeriesData(
                  series, Arrays.copyOf(epochMillis, count), Arrays.copyOf(values, count));
          if (found.put(series, data) != null) {
            throw new AssertionError(series + " was visited twice");
          }
        });
    return new ArrayList<>(found.values());
  }
}
