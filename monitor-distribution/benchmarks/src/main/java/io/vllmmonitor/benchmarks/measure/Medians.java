package io.vllmmonitor.benchmarks.measure;

import java.util.List;

/** Medians of a few numbers. */
final class Medians {
  private Medians() {}

  /** The middle one, or the mean of the two middle ones; NaN of none. */
  static double of(List<Double> numbers) {
    double[] sorted = numbers.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    int middle = sorted.length / 2;
    if (sorted.length == 0) {
      return Double.NaN;
    }
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }
}
