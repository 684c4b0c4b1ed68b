package io.vllmmonitor.persistence.query;

import java.util.Arrays;

/**
 * Finds quantiles by selection, which takes time in proportion to the values and sorts none of
 * them. Reused; used by one thread.
 */
final class Quantiles {
  private double[] scratch = new double[0];

  /**
   * Linear between the two nearest ranks, as Prometheus has it.
   *
   * @param to exclusive; there is at least one value, and the values stay as they are
   * @param parameter 0 to 1; below it is −Inf, above it +Inf
   */
  double of(double[] values, int from, int to, double parameter) {
    int count = to - from;
    if (parameter < 0 || Double.isNaN(parameter)) {
      return Double.isNaN(parameter) ? Double.NaN : Double.NEGATIVE_INFINITY;
    }
    if (parameter > 1) {
      return Double.POSITIVE_INFINITY;
    }
    double rank = parameter * (count - 1);
    int lower = (int) Math.floor(rank);
    int upper = Math.min(count - 1, lower + 1);
    double weight = rank - lower;
    if (isGrowing(values, from, to)) {
      double low = values[from + lower];
      return weight == 0 ? low : low * (1 - weight) + values[from + upper] * weight;
    }
    return selected(values, from, count, lower, weight);
  }

  /** Whether they are sorted already, as those of counters and buckets are. */
  private static boolean isGrowing(double[] values, int from, int to) {
    if (Double.isNaN(values[from])) {
      return false;
    }
    int next = from + 1;
    while (next < to && values[next] >= values[next - 1]) {
      next++;
    }
    return next == to;
  }

  private double selected(double[] values, int from, int count, int lower, double weight) {
    if (scratch.length < count) {
      scratch = new double[Math.max(count, scratch.length * 2)];
    }
    System.arraycopy(values, from, scratch, 0, count);
    int nans = nansFirst(count);
    int upper = Math.min(count - 1, lower + 1);
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
}
