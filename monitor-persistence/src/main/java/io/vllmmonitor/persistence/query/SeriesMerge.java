package io.vllmmonitor.persistence.query;

import io.vllmmonitor.api.sample.SeriesData;
import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.api.sample.StaleMarker;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Joins the samples of one metric under two of its names, in one pass over both. */
final class SeriesMerge {
  private final SeriesKey key;
  private final long[] times;
  private final double[] values;
  private int size;

  private SeriesMerge(SeriesKey key, int most) {
    this.key = key;
    this.times = new long[most];
    this.values = new double[most];
  }

  /**
   * @param first has precedence over the time it covers; null when there is none
   * @return both under the given key
   */
  static SeriesData merge(SeriesKey key, @Nullable SeriesData first, SeriesData second) {
    if (first == null) {
      return renamed(key, second);
    }
    SeriesMerge merge = new SeriesMerge(key, first.size() + second.size());
    merge.addBoth(first, second);
    return merge.result();
  }

  private static SeriesData renamed(SeriesKey key, SeriesData data) {
    if (data.series().equals(key)) {
      return data;
    }
    SeriesMerge copy = new SeriesMerge(key, data.size());
    for (int i = 0; i < data.size(); i++) {
      copy.add(data, i);
    }
    return copy.result();
  }

  private void addBoth(SeriesData first, SeriesData second) {
    int firstValue = firstValue(first);
    int lastValue = lastValue(first);
    int next = 0;
    for (int i = 0; i < second.size(); i++) {
      long at = second.epochMillis(i);
      boolean covered =
          firstValue < first.size()
              && at >= first.epochMillis(firstValue)
              && at <= first.epochMillis(lastValue);
      if (covered) {
        continue;
      }
      while (next < first.size() && first.epochMillis(next) < at) {
        add(first, next++);
      }
      if (next < first.size() && first.epochMillis(next) == at) {
        next++; // a stale marker: outside the covered time there is nothing else
      }
      add(second, i);
    }
    while (next < first.size()) {
      add(first, next++);
    }
  }

  private void add(SeriesData from, int index) {
    times[size] = from.epochMillis(index);
    values[size++] = from.value(index);
  }

  private SeriesData result() {
    return new SeriesData(key, Arrays.copyOf(times, size), Arrays.copyOf(values, size));
  }

  /** The index of the first sample that is no stale marker; the size when there is none. */
  private static int firstValue(SeriesData data) {
    int index = 0;
    while (index < data.size() && StaleMarker.is(data.value(index))) {
      index++;
    }
    return index;
  }

  /** The index of the last sample that is no stale marker; −1 when there is none. */
  private static int lastValue(SeriesData data) {
    int index = data.size() - 1;
    while (index >= 0 && StaleMarker.is(data.value(index))) {
      index--;
    }
    return index;
  }
}
