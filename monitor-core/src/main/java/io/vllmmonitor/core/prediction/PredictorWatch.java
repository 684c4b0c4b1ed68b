package io.vllmmonitor.core.prediction;

import io.vllmmonitor.api.lifecycle.FailureKind;
import io.vllmmonitor.api.lifecycle.LifecycleState;
import io.vllmmonitor.api.prediction.ActualOutcome;
import io.vllmmonitor.api.prediction.FailurePrediction;
import io.vllmmonitor.api.prediction.FailurePredictor;
import io.vllmmonitor.api.prediction.Forecast;
import io.vllmmonitor.api.prediction.PredictionConfidence;
import io.vllmmonitor.api.target.TargetId;
import io.vllmmonitor.core.extension.Bound;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** One predictor on one target and what its code has said. Confined to the target's thread. */
final class PredictorWatch {
  private static final int MOST_PHRASES = 20;
  private static final int LONGEST_PHRASE = 500;

  private final String id;
  private final TargetId target;
  private final Bound<FailurePredictor> bound;
  private final Duration horizon;
  private final int generation;
  private PredictorStatus.Standing standing = PredictorStatus.Standing.UNKNOWN;
  private String reason = "not evaluated yet";
  private long evaluations;
  private @Nullable Instant lastEvaluatedAt;
  private long cameTrue;
  private long falseAlarms;
  private long undecided;

  PredictorWatch(
      String id, TargetId target, Bound<FailurePredictor> bound, Duration horizon, int generation) {
    this.id = id;
    this.target = target;
    this.bound = bound;
    this.horizon = horizon;
    this.generation = generation;
  }

  Bound<FailurePredictor> bound() {
    return bound;
  }

  boolean isFor(Bound<FailurePredictor> other) {
    return bound.extension() == other.extension() && bound.shadow() == other.shadow();
  }

  /** What must be unique among the open predictions. */
  OpenPrediction.Key key(FailureKind kind) {
    return new OpenPrediction.Key(id, kind, bound.shadow());
  }

  void looked(Forecast forecast, Instant at) {
    evaluations++;
    lastEvaluatedAt = at;
    standing =
        forecast.match(
            none -> PredictorStatus.Standing.NONE,
            failure -> PredictorStatus.Standing.FAILURE,
            unknown -> PredictorStatus.Standing.UNKNOWN);
    reason =
        forecast.match(
            none -> "",
            PredictorWatch::inWords,
            unknown -> shortened("unknown: " + unknown.missing()));
  }

  private static String inWords(Forecast.Failure failure) {
    String when =
        failure.secondsToFailure() == null
            ? ""
            : String.format(Locale.ROOT, " in %.0f s", failure.secondsToFailure());
    String why = failure.factors().isEmpty() ? "" : ": " + String.join(", ", failure.factors());
    return shortened(
        String.format(
            Locale.ROOT,
            "%s%s, probability %.2f%s",
            failure.kind(),
            when,
            failure.probability(),
            why));
  }

  /** The failure as a prediction, with its limits. */
  OpenPrediction open(
      String predictionId, Forecast.Failure failure, Instant at, LifecycleState state) {
    FailurePrediction prediction =
        new FailurePrediction(
            predictionId,
            target,
            at,
            state,
            null,
            failure.kind(),
            duration(failure.secondsToFailure()),
            duration(failure.earliestSeconds()),
            duration(failure.latestSeconds()),
            failure.probability(),
            PredictionConfidence.of(failure.probability()),
            phrases(failure.factors()),
            phrases(failure.recommendedMitigations()),
            id,
            generation,
            null);
    return new OpenPrediction(
        prediction, bound.codeHash(), bound.shadow(), at.plus(stays(prediction)), Duration.ZERO);
  }

  private Duration stays(FailurePrediction prediction) {
    Duration latest = prediction.latest();
    if (latest != null) {
      return latest;
    }
    Duration likely = prediction.timeToFailure();
    return likely != null && likely.compareTo(horizon) > 0 ? likely : horizon;
  }

  private static @Nullable Duration duration(@Nullable Double seconds) {
    return seconds == null ? null : Duration.ofMillis(Math.round(seconds * 1_000));
  }

  private static List<String> phrases(List<String> given) {
    List<String> kept = given.stream().limit(MOST_PHRASES).map(PredictorWatch::shortened).toList();
    if (given.size() <= MOST_PHRASES) {
      return kept;
    }
    List<String> more = new java.util.ArrayList<>(kept.subList(0, MOST_PHRASES - 1));
    more.add("… and " + (given.size() - MOST_PHRASES + 1) + " more");
    return more;
  }

  private static String shortened(String text) {
    return text.length() <= LONGEST_PHRASE ? text : text.substring(0, LONGEST_PHRASE - 1) + "…";
  }

  /** Counts what became of a prediction, where this code made it. */
  void count(OpenPrediction open, ActualOutcome outcome) {
    if (!open.codeHash().equals(bound.codeHash()) || open.shadow() != bound.shadow()) {
      return;
    }
    switch (outcome.result()) {
      case CAME_TRUE -> cameTrue++;
      case FALSE_ALARM -> falseAlarms++;
      case UNDECIDED -> undecided++;
    }
  }

  PredictorStatus status(int open) {
    return new PredictorStatus(
        id,
        bound.unit(),
        bound.codeHash(),
        bound.shadow(),
        target,
        standing,
        reason,
        evaluations,
        lastEvaluatedAt,
        open,
        cameTrue,
        falseAlarms,
        undecided);
  }
}
