package io.vllmmonitor.api.sample;

import static java.util.Objects.requireNonNull;

import java.util.Arrays;

/**
 * Aggregates of one series over consecutive spans of one length, oldest first, as columns. A span
 * without samples is absent; stale markers are not counted. Immutable.
 *
 * <p>Sum is NaN where a sample was; minimum and maximum pass over NaN unless there is nothing else.
 */
public final class SeriesRollup {
  private final SeriesKey series;
  private final long[] endMillis;
  private final long[] counts;
  private final double[] sums;
  private final double[] minimums;
  private final double[] maximums;
  private final double[] lasts;

  /**
   * Copies the arrays; all of one length.
   *
   * @param endMillis end of each span, inclusive; growing
   * @param lasts the newest sample of each span
   */
  public SeriesRollup(
      SeriesKey series,
      long[] endMillis,
      long[] counts,
      double[] sums,
      double[] minimums,
      double[] maximums,
      double[] lasts) {
    this.series = requireNonNull(series, "series");
    this.endMillis = endMillis.clone();
    this.counts = counts.clone();
    this.sums = sums.clone();
    this.minimums = minimums.clone();
    this.maximums = maximums.clone();
    this.lasts = lasts.clone();
    int size = endMillis.length;
    if (counts.length != size
        || sums.length != size
        || minimums.length != size
        || maximums.length != size
        || lasts.length != size) {
      throw new IllegalArgumentException("The columns of " + series + " differ in length");
    }
  }

  /** Aggregates of samples; those outside any span that was asked for are the caller's matter. */
  public static SeriesRollup of(SeriesData data, long resolutionMillis) {
    Builder builder = new Builder(data.size());
    for (int i = 0; i < data.size(); i++) {
      if (!StaleMarker.is(data.value(i))) {
        builder.add(endOf(data.epochMillis(i), resolutionMillis), data.value(i));
      }
    }
    return builder.build(data.series());
  }

  /** The end of the span that a moment lies in. */
  public static long endOf(long epochMillis, long resolutionMillis) {
    return -Math.floorDiv(-epochMillis, resolutionMillis) * resolutionMillis;
  }

  /** The series. */
  public SeriesKey series() {
    return series;
  }

  /** How many buckets there are. */
  public int size() {
    return endMillis.length;
  }

  /** When a bucket ends, exclusive, in milliseconds since 1970. */
  public long endMillis(int index) {
    return endMillis[index];
  }

  /** At least 1. */
  public long count(int index) {
    return counts[index];
  }

  /** The sum of the values of a bucket. */
  public double sum(int index) {
    return sums[index];
  }

  /** The smallest value of a bucket. */
  public double minimum(int index) {
    return minimums[index];
  }

  /** The largest value of a bucket. */
  public double maximum(int index) {
    return maximums[index];
  }

  /** The newest value of a bucket. */
  public double last(int index) {
    return lasts[index];
  }

  private static final class Builder {
    private final long[] ends;
    private final long[] counts;
    private final double[] sums;
    private final double[] minimums;
    private final double[] maximums;
    private final double[] lasts;
    private int size;

    Builder(int most) {
      ends = new long[most];
      counts = new long[most];
      sums = new double[most];
      minimums = new double[most];
      maximums = new double[most];
      lasts = new double[most];
    }

    void add(long end, double value) {
      if (size == 0 || ends[size - 1] != end) {
        ends[size] = end;
        minimums[size] = value;
        maximums[size] = value;
        size++;
      }
      int at = size - 1;
      counts[at]++;
      sums[at] += value;
      lasts[at] = value;
      if (value < minimums[at] || Double.isNaN(minimums[at])) {
        minimums[at] = value;
      }
      if (value > maximums[at] || Double.isNaN(maximums[at])) {
        maximums[at] = value;
      }
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
}
