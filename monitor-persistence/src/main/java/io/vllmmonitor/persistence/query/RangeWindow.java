package io.vllmmonitor.persistence.query;

import java.util.Arrays;

/**
 * Applies a function to windows of samples, which come in order of time without stale markers. Used
 * by one thread.
 *
 * <p>Rate, increase and delta extrapolate to the ends of the window as Prometheus does
 * (prometheus.io/docs, "rate()"): by at most half of the average distance of the samples where they
 * end well before the window does, and a counter never below zero.
 */
final class RangeWindow {
  private static final double FAR = 1.1;

  private final RangeFunction function;
  private final double parameter;
  private double[] scratch = new double[0];

  /**
   * @param parameter the quantile; other functions have none
   */
  RangeWindow(RangeFunction function, double parameter) {
    this.function = function;
    this.parameter = parameter;
  }

  /**
   * @param from of the samples, inclusive
   * @param to exclusive; there is at least one
   * @param start of the window in ms, exclusive
   * @param end of the window in ms, inclusive
   * @return NaN too where a function has no value for so few samples, see {@link #hasValue}
   */
  double apply(long[] times, double[] values, int from, int to, long start, long end) {
    return switch (function) {
      case AVG_OVER_TIME -> sum(values, from, to) / (to - from);
      case SUM_OVER_TIME -> sum(values, from, to);
      case COUNT_OVER_TIME -> to - from;
      case LAST_OVER_TIME -> values[to - 1];
      case MIN_OVER_TIME -> extreme(values, from, to, -1);
      case MAX_OVER_TIME -> extreme(values, from, to, 1);
      case QUANTILE_OVER_TIME -> quantile(values, from, to);
      case RATE -> extrapolated(times, values, from, to, start, end, true) * 1_000 / (end - start);
      case INCREASE -> extrapolated(times, values, from, to, start, end, true);
      case DELTA -> extrapolated(times, values, from, to, start, end, false);
    };
  }

  /** Whether so many samples are enough. */
  boolean hasValue(int samples) {
    return switch (function) {
      case RATE, INCREASE, DELTA -> samples >= 2;
      case AVG_OVER_TIME,
          MIN_OVER_TIME,
          MAX_OVER_TIME,
          SUM_OVER_TIME,
          COUNT_OVER_TIME,
          LAST_OVER_TIME,
          QUANTILE_OVER_TIME ->
          samples >= 1;
    };
  }

  private static double sum(double[] values, int from, int to) {
    double sum = 0;
    for (int i = from; i < to; i++) {
      sum += values[i];
    }
    return sum;
  }

  private static double extreme(double[] values, int from, int to, int sign) {
    double best = values[from];
    for (int i = from + 1; i < to; i++) {
      if (sign * values[i] > sign * best || Double.isNaN(best)) {
        best = values[i];
      }
    }
    return best;
  }

  /** Linear between the two nearest ranks, as Prometheus has it. */
  private double quantile(double[] values, int from, int to) {
    int count = to - from;
    if (parameter < 0 || Double.isNaN(parameter)) {
      return Double.isNaN(parameter) ? Double.NaN : Double.NEGATIVE_INFINITY;
    }
    if (parameter > 1) {
      return Double.POSITIVE_INFINITY;
    }
    if (scratch.length < count) {
      scratch = new double[Math.max(count, scratch.length * 2)];
    }
    System.arraycopy(values, from, scratch, 0, count);
    int nans = nansFirst(count);
    double rank = parameter * (count - 1);
    int lower = (int) Math.floor(rank);
    int upper = Math.min(count - 1, lower + 1);
    double weight = rank - lower;
    double low = ranked(lower, nans, count);
    double high = upper == lower || weight == 0 ? low : least(Math.max(upper, nans), count);
    if (upper < nans) {
      high = Double.NaN;
    }
    return low * (1 - weight) + high * weight;
  }

  /** NaN counts as smaller than everything. */
  private int nansFirst(int count) {
    int nans = 0;
    for (int i = 0; i < count; i++) {
      if (Double.isNaN(scratch[i])) {
        double swap = scratch[nans];
        scratch[nans++] = scratch[i];
        scratch[i] = swap;
      }
    }
    return nans;
  }

  private double ranked(int rank, int nans, int count) {
    if (rank < nans) {
      return Double.NaN;
    }
    select(rank, nans, count - 1);
    return scratch[rank];
  }

  /** The least of the values behind a rank that was selected. */
  private double least(int from, int count) {
    double least = scratch[from];
    for (int i = from + 1; i < count; i++) {
      least = Math.min(least, scratch[i]);
    }
    return least;
  }

  /** Hoare's selection with the median of three: afterwards nothing before the rank is greater. */
  private void select(int rank, int first, int last) {
    int left = first;
    int right = last;
    while (left < right) {
      if (right - left < 16) {
        Arrays.sort(scratch, left, right + 1);
        return;
      }
      double pivot = median(scratch[left], scratch[(left + right) >>> 1], scratch[right]);
      int i = left;
      int j = right;
      while (i <= j) {
        while (scratch[i] < pivot) {
          i++;
        }
        while (scratch[j] > pivot) {
          j--;
        }
        if (i <= j) {
          double swap = scratch[i];
          scratch[i++] = scratch[j];
          scratch[j--] = swap;
        }
      }
      if (rank <= j) {
        right = j;
      } else if (rank >= i) {
        left = i;
      } else {
        return;
      }
    }
  }

  private static double median(double a, double b, double c) {
    return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
  }

  private static double extrapolated(
      long[] times, double[] values, int from, int to, long start, long end, boolean counter) {
    double change = values[to - 1] - values[from];
    if (counter) {
      for (int i = from + 1; i < to; i++) {
        if (values[i] < values[i - 1]) {
          change += values[i - 1];
        }
      }
    }
    double before = (times[from] - start) / 1_000.0;
    double after = (end - times[to - 1]) / 1_000.0;
    double sampled = (times[to - 1] - times[from]) / 1_000.0;
    double average = sampled / (to - from - 1);
    if (counter && change > 0 && values[from] >= 0) {
      before = Math.min(before, sampled * (values[from] / change));
    }
    double far = average * FAR;
    double covered =
        sampled + (before < far ? before : average / 2) + (after < far ? after : average / 2);
    return change * (covered / sampled);
  }
}
