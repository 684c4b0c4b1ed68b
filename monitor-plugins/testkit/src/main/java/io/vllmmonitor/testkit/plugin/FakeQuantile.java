package io.vllmmonitor.testkit.plugin;

import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Adds up the growth of histogram buckets and interpolates inside the one that holds a rank. */
final class FakeQuantile {
  private final TreeMap<Double, Double> growth = new TreeMap<>();

  void add(@Nullable String bound, FakeWindow window) {
    if (bound != null && window.size() >= 2) {
      double limit = bound.equals("+Inf") ? Double.POSITIVE_INFINITY : Double.parseDouble(bound);
      growth.merge(limit, window.increase(), Double::sum);
    }
  }

  /** NaN when nothing was observed or there is no bucket without a limit. */
  double quantile(double q) {
    if (growth.size() < 2
        || growth.lastKey() != Double.POSITIVE_INFINITY
        || growth.lastEntry().getValue() == 0) {
      return Double.NaN;
    }
    double rank = q * growth.lastEntry().getValue();
    double lowerBound = 0;
    double lowerCount = 0;
    for (Map.Entry<Double, Double> bucket : growth.entrySet()) {
      if (bucket.getValue() >= rank) {
        return inside(bucket, lowerBound, lowerCount, rank);
      }
      lowerBound = bucket.getKey();
      lowerCount = bucket.getValue();
    }
    return growth.lowerKey(Double.POSITIVE_INFINITY);
  }

  private double inside(
      Map.Entry<Double, Double> bucket, double lowerBound, double lowerCount, double rank) {
    if (bucket.getKey() == Double.POSITIVE_INFINITY) {
      return growth.lowerKey(Double.POSITIVE_INFINITY);
    }
    double held = bucket.getValue() - lowerCount;
    double share = held == 0 ? 0 : (rank - lowerCount) / held;
    return lowerBound + (bucket.getKey() - lowerBound) * share;
  }
}
