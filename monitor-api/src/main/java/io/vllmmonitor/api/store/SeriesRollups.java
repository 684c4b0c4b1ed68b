package io.vllmmonitor.api.store;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.sample.SeriesData;
import io.vllmmonitor.api.sample.SeriesRollup;
import io.vllmmonitor.api.sample.SeriesSelector;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Aggregates made of the samples themselves, for stores and spans that have none ready. */
final class SeriesRollups {
  private static final int MOST_SAMPLES = 50_000_000;

  private SeriesRollups() {}

  static List<SeriesRollup> ofSamples(
      SeriesStore store,
      SeriesSelector selector,
      Instant from,
      Instant to,
      Duration resolution,
      int maxAggregates) {
    long millis = resolution.toMillis();
    requireAligned(from, millis);
    requireAligned(to, millis);
    List<SeriesRollup> found = new ArrayList<>();
    long left = maxAggregates;
    for (SeriesData data : store.read(selector, from.plusMillis(1), to, MOST_SAMPLES)) {
      SeriesRollup rollup = SeriesRollup.of(data, millis);
      if (rollup.size() > 0) {
        found.add(rollup);
        left -= rollup.size();
      }
    }
    if (left < 0) {
      throw new MonitorException(
          ErrorCode.QUERY_TOO_LARGE,
          Blame.OPERATOR,
          selector
              + " has "
              + (maxAggregates - left)
              + " aggregates in the span, at most "
              + maxAggregates
              + " may be read at once; ask for a shorter span, fewer series or a larger step");
    }
    return List.copyOf(found);
  }

  private static void requireAligned(Instant end, long millis) {
    if (millis < 1_000 || millis % 1_000 != 0 || end.toEpochMilli() % millis != 0) {
      throw new IllegalArgumentException(
          end + " is no multiple of a resolution of " + millis + " ms in whole seconds");
    }
  }
}
