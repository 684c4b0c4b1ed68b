package io.vllmmonitor.persistence.query;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/**
 * What one query may cost. Immutable.
 *
 * @param deadline from the call until the result is there
 * @param lookback how long the newest sample of a series stands for its value
 * @param maxSamples held in memory at once, and made for a result
 * @param maxReduced read by a function that makes one value of many, which holds only some of them
 * @param maxSteps of a range query, per series
 * @param maxSeries in a result
 */
public record QueryLimits(
    Duration deadline,
    Duration lookback,
    int maxSamples,
    int maxReduced,
    int maxSteps,
    int maxSeries) {
  /** How many queries the HTTP layer lets run at once; the others are HTTP_OVERLOADED. */
  public static final int CONCURRENT = 4;

  /** Largest answer in bytes, for {@link PromJson#bytes}. */
  public static final int LARGEST_ANSWER = 8 << 20;

  public QueryLimits {
    requireNonNull(deadline, "deadline");
    requireNonNull(lookback, "lookback");
  }

  /** 5 s, 5 min, 5 million samples, 20 million for functions, 11,000 steps, 10,000 series. */
  public static QueryLimits standard() {
    return new QueryLimits(
        Duration.ofSeconds(5), Duration.ofMinutes(5), 5_000_000, 20_000_000, 11_000, 10_000);
  }
}
