package io.vllmmonitor.plugin.learner.counts;

import io.vllmmonitor.api.outcome.MitigationOutcome;

/**
 * How often something worked. Immutable.
 *
 * @param good successes; half a one for a partial success
 * @param bad failures; half a one for a partial success, two for having made things worse
 */
record Tally(double good, double bad) {
  static final Tally NONE = new Tally(0, 0);

  Tally with(MitigationOutcome outcome) {
    return switch (outcome) {
      case SUCCESS -> new Tally(good + 1, bad);
      case PARTIAL_SUCCESS -> new Tally(good + 0.5, bad + 0.5);
      case FAILURE -> new Tally(good, bad + 1);
      case MADE_WORSE -> new Tally(good, bad + 2);
      case NOT_APPLICABLE -> this; // It was not tried, so nothing was learned about it.
    };
  }

  double total() {
    return good + bad;
  }

  /** The expected share of successes, given what was expected before and how firmly. */
  double expected(double prior, double firmness) {
    return (good + prior * firmness) / (total() + firmness);
  }
}
