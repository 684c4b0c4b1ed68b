package io.vllmmonitor.persistence.series;

import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.api.sample.SeriesRollup;
import java.util.Arrays;

/** Puts aggregates of short spans, oldest first, together to longer ones. Used by one thread. */
final class RollupBuilder {
  private final long resolution;
  private long[] ends = new long[64];
  private long[] counts = new long[64];
  private double[] sums = new double[64];
  private double[] minimums = new double[64];
  private double[] maximums = new double[64];
  private double[] lasts = new double[64];
  private int size;

  RollupBuilder(long resolution) {
    this.resolution = resolution;
  }

  void addAll(SeriesRollup part) {
    for (int i = 0; i < part.size(); i++) {
      add(SeriesRollup.endOf(part.endMillis(i), resolution), part, i);
    }
  }

  private void add(long end, SeriesRollup part, int i) {
    if (size > 0 && ends[size - 1] == end) {
      join(size - 1, part, i);
      return;
    }
    if (size == ends.length) {
      grow();
    }
    ends[size] = end;
    counts[size] = part.count(i);
    sums[size] = part.sum(i);
    minimums[size] = part.minimum(i);
    maximums[size] = part.maximum(i);
    lasts[size++] = part.last(i);
  }

  private void join(int at, SeriesRollup part, int i) {
    counts[at] += part.count(i);
    sums[at] += part.sum(i);
    lasts[at] = part.last(i);
    if (part.minimum(i) < minimums[at] || Double.isNaN(minimums[at])) {
      minimums[at] = part.minimum(i);
    }
    if (part.maximum(i) > maximums[at] || Double.isNaN(maximums[at])) {
      maximums[at] = part.maximum(i);
    }
  }

  private void grow() {
    int room = size * 2;
    ends = Arrays.copyOf(ends, room);
    counts = Arrays.copyOf(counts, room);
    sums = Arrays.copyOf(sums, room);
    minimums = Arrays.copyOf(minimums, room);
    maximums = Arrays.copyOf(maximums, room);
    lasts = Arrays.copyOf(lasts, room);
  }

  SeriesRollup build(SeriesKey series) {
    return new SeriesRollup(
        series,
        Arrays.copyOf(ends, size),
        Arrays.copyOf(counts, size),
        Arrays.copyOf(sums, size),
        Arrays.copyOf(minimums, size),
        Arrays.copyOf(maximums, size),
        Arrays.copyOf(lasts, size));
  }
}
