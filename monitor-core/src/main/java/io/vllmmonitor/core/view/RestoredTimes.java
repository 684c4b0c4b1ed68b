package io.vllmmonitor.core.view;

import io.vllmmonitor.api.sample.SeriesData;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;

/** The instants that stored series share, as far as windows can hold them. */
final class RestoredTimes {
  private RestoredTimes() {}

  /** All instants of all series within the reach of the newest, sorted, the newest {@code most}. */
  static long[] of(List<SeriesData> data, int most, long reachMillis) {
    long newest = Long.MIN_VALUE;
    for (SeriesData series : data) {
      if (series.size() > 0) {
        newest = Math.max(newest, series.epochMillis(series.size() - 1));
      }
    }
    // Most series share their instants, so the set stays near the number of scrapes.
    TreeSet<Long> instants = new TreeSet<>();
    for (SeriesData series : data) {
      for (int i = series.size() - 1; i >= 0; i--) {
        long millis = series.epochMillis(i);
        if (millis < newest - reachMillis) {
          break;
        }
        instants.add(millis);
      }
      while (instants.size() > most) {
        instants.pollFirst();
      }
    }
    long[] times = new long[instants.size()];
    int next = 0;
    for (long millis : instants) {
      times[next++] = millis;
    }
    return Arrays.copyOf(times, next);
  }
}
