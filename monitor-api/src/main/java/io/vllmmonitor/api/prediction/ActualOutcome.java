package io.vllmmonitor.api.prediction;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What really happened after a prediction. Immutable.
 *
 * @param resolvedAt when this was known
 * @param incidentId id of the incident that it came true as; null when there is none
 * @param explanation one sentence for people; never empty of meaning where the result is UNDECIDED
 */
public record ActualOutcome(
    Result result, Instant resolvedAt, @Nullable String incidentId, String explanation) {
  public ActualOutcome {
    requireNonNull(result, "result");
    requireNonNull(resolvedAt, "resolvedAt");
    requireNonNull(explanation, "explanation");
  }

  /** Whether a prediction was right. */
  public enum Result {
    /** The predicted failure happened in its time. */
    CAME_TRUE,
    /** The time passed and nothing failed. */
    FALSE_ALARM,
    /** Nobody can tell: something was done about it, or the target was not watched. */
    UNDECIDED
  }
}
