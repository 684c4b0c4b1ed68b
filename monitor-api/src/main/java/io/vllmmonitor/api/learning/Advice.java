package io.vllmmonitor.api.learning;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * A ranking of strategies. Immutable.
 *
 * @param ranking best first; holds every strategy of the query once
 */
public record Advice(List<Ranked> ranking) {
  public Advice {
    ranking = List.copyOf(ranking);
  }

  /**
   * One strategy's place.
   *
   * @param score expected value, 0 (never works) to 1 (always works); 0.5 when nothing is known
   * @param explanation one sentence with the numbers behind it
   */
  public record Ranked(String strategy, double score, String explanation) {
    public Ranked {
      requireNonNull(strategy, "strategy");
      requireNonNull(explanation, "explanation");
      if (!(score >= 0 && score <= 1)) {
        throw new IllegalArgumentException(
            "A score is 0 to 1, found " + score + " for " + strategy);
      }
    }
  }
}
