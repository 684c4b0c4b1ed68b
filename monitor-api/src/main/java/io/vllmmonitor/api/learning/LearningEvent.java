package io.vllmmonitor.api.learning;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.outcome.MitigationOutcome;
import io.vllmmonitor.api.target.TargetId;
import java.time.Instant;

/**
 * A measured outcome. Immutable.
 *
 * @param situation what the decision was filed under, such as {@code
 *     CACHE_OVERFLOW/PROCESSING_REQUESTS}
 * @param strategy id of the strategy that was tried
 * @param attemptId of the attempt; a learner that hears the same one twice counts it once
 */
public record LearningEvent(
    String attemptId,
    TargetId target,
    String situation,
    String strategy,
    MitigationOutcome outcome,
    Instant at) {
  public LearningEvent {
    requireNonNull(attemptId, "attemptId");
    requireNonNull(target, "target");
    requireNonNull(situation, "situation");
    requireNonNull(strategy, "strategy");
    requireNonNull(outcome, "outcome");
    requireNonNull(at, "at");
  }
}
