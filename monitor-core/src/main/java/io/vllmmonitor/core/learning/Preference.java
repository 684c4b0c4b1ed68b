package io.vllmmonitor.core.learning;

import static java.util.Objects.requireNonNull;

/**
 * What all learners together think of one strategy. Immutable.
 *
 * @param score the mean of their scores, 0 to 1; 0.5 when nobody knows
 * @param explanation their sentences; never empty
 */
public record Preference(double score, String explanation) {
  public static final double UNKNOWN = 0.5;

  public Preference {
    requireNonNull(explanation, "explanation");
  }
}
