package io.vllmmonitor.core.view;

import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Adds up the growth of cumulative buckets and finds a quantile by linear interpolation inside the
 * bucket that holds its rank, as Prometheus does for classic histograms.
 */
final class HistogramQuantile {
  private final TreeMap<Double, Double> growth = new TreeMap<>();

  /** One bucket's growth; a bound that is no number is left out. */
  void add(@Nullable String bound, double increase) {
    if (bound == null) {
      return;
    }
    double limit;
    if (bound.equals("+Inf")) {
      limit = Double.POSITIVE_INFINITY;
    } else {
      try {
        limit = Double.parseDouble(bound);
      } catch (NumberFormatException e) {
        return; // not a bucket of a histogram; Prometheus leaves it out too
      }
    }
    growth.merge(limit, increase, Double::sum);
  }

  /** NaN without the bucket that has no limit, without a second one, or without observations. */
  double quantile(double q) {
    if (growth.size() < 2 || growth.lastKey() != Double.POSITIVE_INFINITY) {
      return Double.NaN;
    }
    makeMonotonic();
    double rank = q * growth.lastEntry().getValue();
    if (!(growth.lastEntry().getValue() > 0)) {
      return Double.NaN;
    }
    double lowerBound = 0;
    double lowerCount = 0;
    boolean first = true;
    for (Map.Entry<Double, Double> bucket : growth.headMap(Double.POSITIVE_INFINITY).entrySet()) {
      double bound = bucket.getKey();
      if (bucket.getValue() >= rank) {
        if (first && bound <= 0) {
          return bound; // there is no lower bound to interpolate from
        }
        double held = bucket.getValue() - lowerCount;
        double share = held > 0 ? (rank - lowerCount) / held : 0;
        return lowerBound + (bound - lowerBound) * share;
      }
      lowerBound = bound;
      lowerCount = bucket.getValue();
      first = false;
    }
    return lowerBound; // beyond the last limit: the best that is known
  }

  /** Series that came and went can leave a larger bucket with less; the counts are cumulative. */
  private void makeMonotonic() {
    double most = Double.NEGATIVE_INFINITY;
    for (Map.Entry<Double, Double> bucket : growth.entrySet()) {
      most = Math.max(most, bucket.getValue());
      bucket.setValue(most);
    }
  }
}
