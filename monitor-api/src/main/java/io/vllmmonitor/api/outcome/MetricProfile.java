package io.vllmmonitor.api.outcome;

/**
 * How one metric was spread over some measurements. Immutable.
 *
 * @param mean arithmetic mean
 * @param std standard deviation of the whole population; 0 for a single measurement
 * @param min the smallest
 * @param max the greatest
 * @param count how many measurements; 0 when it is unknown
 */
public record MetricProfile(double mean, double std, double min, double max, long count) {
  public MetricProfile {
    if (count < 0) {
      throw new IllegalArgumentException("count is at least 0, found " + count);
    }
  }

  /** Of a single measurement. */
  public static MetricProfile of(double value) {
    return new MetricProfile(value, 0, value, value, 1);
  }

  /** Of the measurements of both; of the other one alone where a count is unknown. */
  public MetricProfile with(MetricProfile other) {
    if (count == 0 || other.count == 0) {
      return count == 0 ? other : this;
    }
    long sum = Math.addExact(count, other.count);
    double share = (double) other.count / sum;
    double difference = other.mean - mean;
    double variance =
        (1 - share) * std * std
            + share * other.std * other.std
            + share * (1 - share) * difference * difference;
    return new MetricProfile(
        mean + share * difference,
        Math.sqrt(variance),
        Math.min(min, other.min),
        Math.max(max, other.max),
        sum);
  }
}
