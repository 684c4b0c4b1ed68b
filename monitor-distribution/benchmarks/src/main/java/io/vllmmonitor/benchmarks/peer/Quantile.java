package io.vllmmonitor.benchmarks.peer;

import java.util.Arrays;

/** Quantiles as Prometheus makes them: linear between the two nearest ranks. */
public final class Quantile {
  private Quantile() {}

  /**
   * @param values at least one; sorted in place
   * @param quantile 0 to 1
   */
  public static double of(double[] values, double quantile) {
    Arrays.sort(values);
    double rank = quantile * (values.length - 1);
    int below = (int) Math.floor(rank);
    int above = Math.min(below + 1, values.length - 1);
    double weight = rank - below;
    return values[below] * (1 - weight) + values[above] * weight;
  }
}
