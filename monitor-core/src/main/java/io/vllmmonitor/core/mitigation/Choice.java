package io.vllmmonitor.core.mitigation;

import io.vllmmonitor.api.mitigation.MitigationStrategy;
import io.vllmmonitor.core.extension.Bound;
import io.vllmmonitor.core.learning.Preference;
import io.vllmmonitor.core.view.RecordingView;

/**
 * One strategy that fits an incident.
 *
 * @param suitability what the strategy says of itself, above 0, at most 1
 * @param view what it looked through
 */
record Choice(
    Bound<MitigationStrategy> bound,
    String id,
    double suitability,
    Preference preference,
    RecordingView view) {
  /** What candidates are ordered by: how well it fits, weighted with how well it has worked. */
  double rank() {
    return suitability * preference.score();
  }

  /**
   * How sure the choice is, 0 to 1. A strategy that nobody knows yet (score 0.5) is trusted as far
   * as it trusts itself; experience takes a fifth of that away at the worst and adds a fifth at the
   * best, so that a single failure does not rule a strategy out for good.
   */
  double confidence() {
    return Math.min(1, suitability * (0.8 + 0.4 * preference.score()));
  }
}
