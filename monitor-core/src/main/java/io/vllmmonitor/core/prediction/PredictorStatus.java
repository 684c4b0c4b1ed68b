package io.vllmmonitor.core.prediction;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.target.TargetId;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Where one predictor stands on one target. Immutable.
 *
 * @param shadow its forecasts are followed and counted, not stored and told to nobody
 * @param reason what is expected, or why it cannot tell; empty when nothing is seen to come
 * @param evaluations since this code runs
 * @param lastEvaluatedAt null before the first evaluation
 * @param open predictions of it whose time has not passed
 * @param cameTrue resolved since this code runs
 * @param falseAlarms resolved since this code runs
 * @param undecided resolved since this code runs
 */
public record PredictorStatus(
    String predictor,
    String unit,
    String codeHash,
    boolean shadow,
    TargetId target,
    Standing standing,
    String reason,
    long evaluations,
    @Nullable Instant lastEvaluatedAt,
    int open,
    long cameTrue,
    long falseAlarms,
    long undecided) {
  /** What the newest forecast says. */
  public enum Standing {
    /** Nothing is seen to come. */
    NONE,
    /** A failure is expected. */
    FAILURE,
    /** It cannot tell. */
    UNKNOWN
  }

  public PredictorStatus {
    requireNonNull(predictor, "predictor");
    requireNonNull(unit, "unit");
    requireNonNull(codeHash, "codeHash");
    requireNonNull(target, "target");
    requireNonNull(standing, "standing");
    requireNonNull(reason, "reason");
  }
}
