package io.vllmmonitor.persistence.query;

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
  private final Quantiles quantiles = new Quantiles();

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
      case QUANTILE_OVER_TIME -> quantiles.of(values, from, to, parameter);
      case STDDEV_OVER_TIME -> Math.sqrt(variance(values, from, to));
      case STDVAR_OVER_TIME -> variance(values, from, to);
      case CHANGES -> changes(values, from, to);
      case RESETS -> resets(values, from, to);
      case RATE -> extrapolated(times, values, from, to, start, end, true) * 1_000 / (end - start);
      case INCREASE -> extrapolated(times, values, from, to, start, end, true);
      case DELTA -> extrapolated(times, values, from, to, start, end, false);
    };
  }

  /** Whether so many samples are enough. */
  boolean hasValue(int samples) {
    return samples >= (function.takesTwo() ? 2 : 1);
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

  /** Of all samples, not of a part of them; Welford's way with the errors of rounding added. */
  private static double variance(double[] values, int from, int to) {
    double mean = 0;
    double meanError = 0;
    double squares = 0;
    double squaresError = 0;
    for (int i = from; i < to; i++) {
      double distance = values[i] - (mean + meanError);
      double step = distance / (i - from + 1);
      double nextMean = mean + step;
      meanError += lost(mean, step, nextMean);
      mean = nextMean;
      double square = distance * (values[i] - (mean + meanError));
      double nextSquares = squares + square;
      squaresError += lost(squares, square, nextSquares);
      squares = nextSquares;
    }
    return (squares + squaresError) / (to - from);
  }

  /** What a sum of two lost to rounding (Neumaier). */
  private static double lost(double one, double other, double sum) {
    return Math.abs(one) >= Math.abs(other) ? one - sum + other : other - sum + one;
  }

  /** How often a value differs from the one before; NaN does not differ from NaN. */
  private static int changes(double[] values, int from, int to) {
    int changes = 0;
    for (int i = from + 1; i < to; i++) {
      boolean bothNan = Double.isNaN(values[i]) && Double.isNaN(values[i - 1]);
      if (values[i] != values[i - 1] && !bothNan) {
        changes++;
      }
    }
    return changes;
  }

  /** How often a value is less than the one before. */
  private static int resets(double[] values, int from, int to) {
    int resets = 0;
    for (int i = from + 1; i < to; i++) {
      if (values[i] < values[i - 1]) {
        resets++;
      }
    }
    return resets;
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
