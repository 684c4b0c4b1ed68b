package io.vllmmonitor.api.prediction;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.lifecycle.FailureKind;
import io.vllmmonitor.api.lifecycle.LifecycleState;
import io.vllmmonitor.api.target.TargetId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One failure that is expected on one target. Stored when it is made and again, under the same id,
 * when it is known what happened. Immutable.
 *
 * @param id unique, sortable by time
 * @param at when it was made
 * @param currentState of the target at that time
 * @param predictedFailureState the state it is expected to end in; null when none was named
 * @param failureType what is expected to go wrong
 * @param timeToFailure how long from {@code at} until then, most likely; null when no time was
 *     named
 * @param earliest the near end of the interval around {@code timeToFailure}; null when unknown
 * @param latest the far end of that interval, after which it counts as not come true; null when
 *     unknown
 * @param probability 0 to 1
 * @param confidence how sure the predictor is; {@link PredictionConfidence#of} the probability
 *     unless it says otherwise
 * @param contributingFactors what it was seen by, one phrase each, the weightiest first
 * @param recommendedMitigations ids of strategies, best first
 * @param predictor id of the predictor or model that made it
 * @param generation of the code or model behind the predictor, from 1 on; 0 when unknown
 * @param actualOutcome null as long as it is open
 */
public record FailurePrediction(
    String id,
    TargetId target,
    Instant at,
    LifecycleState currentState,
    @Nullable LifecycleState predictedFailureState,
    FailureKind failureType,
    @Nullable Duration timeToFailure,
    @Nullable Duration earliest,
    @Nullable Duration latest,
    double probability,
    PredictionConfidence confidence,
    List<String> contributingFactors,
    List<String> recommendedMitigations,
    String predictor,
    int generation,
    @Nullable ActualOutcome actualOutcome) {
  public FailurePrediction {
    requireNonNull(id, "id");
    requireNonNull(target, "target");
    requireNonNull(at, "at");
    requireNonNull(currentState, "currentState");
    requireNonNull(failureType, "failureType");
    requireNonNull(confidence, "confidence");
    contributingFactors = List.copyOf(contributingFactors);
    recommendedMitigations = List.copyOf(recommendedMitigations);
    requireNonNull(predictor, "predictor");
    if (!(probability >= 0 && probability <= 1)) {
      throw new IllegalArgumentException("A probability is 0 to 1, found " + probability);
    }
    if (generation < 0) {
      throw new IllegalArgumentException(
          "A generation counts from 1, or is 0 when unknown, found " + generation);
    }
  }

  /** The same prediction with what happened. */
  public FailurePrediction resolved(ActualOutcome outcome) {
    return new FailurePrediction(
        id,
        target,
        at,
        currentState,
        predictedFailureState,
        failureType,
        timeToFailure,
        earliest,
        latest,
        probability,
        confidence,
        contributingFactors,
        recommendedMitigations,
        predictor,
        generation,
        requireNonNull(outcome, "outcome"));
  }
}
