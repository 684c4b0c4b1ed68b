package io.vllmmonitor.core.prediction;

import io.vllmmonitor.api.lifecycle.FailureKind;
import io.vllmmonitor.api.prediction.ActualOutcome;
import io.vllmmonitor.api.prediction.FailurePrediction;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A prediction that waits for its outcome. Confined to the target's thread. */
final class OpenPrediction {
  /** More than this share of its time without a scrape, and nobody can tell. */
  private static final int UNWATCHED_SHARE = 10;

  private final FailurePrediction prediction;
  private final String codeHash;
  private final boolean shadow;
  private final Instant until;
  private Duration unwatched;
  private @Nullable ActualOutcome cameTrue;

  /** At most one of these is open per key. */
  record Key(String predictor, FailureKind kind, boolean shadow) {}

  /**
   * @param codeHash of the code that made it; empty when it came back from the store
   * @param until the last instant at which it can come true
   * @param unwatched how long nobody looked since it was made
   */
  OpenPrediction(
      FailurePrediction prediction,
      String codeHash,
      boolean shadow,
      Instant until,
      Duration unwatched) {
    this.prediction = prediction;
    this.codeHash = codeHash;
    this.shadow = shadow;
    this.until = until;
    this.unwatched = unwatched;
  }

  Key key() {
    return new Key(prediction.predictor(), prediction.failureType(), shadow);
  }

  FailurePrediction prediction() {
    return prediction;
  }

  String codeHash() {
    return codeHash;
  }

  boolean shadow() {
    return shadow;
  }

  Instant until() {
    return until;
  }

  Duration unwatched() {
    return unwatched;
  }

  /** Nobody looked between these two instants. */
  void missed(Instant from, Instant to) {
    unwatched = unwatched.plus(within(from, to));
  }

  private Duration within(Instant from, Instant to) {
    Instant start = from.isBefore(prediction.at()) ? prediction.at() : from;
    Instant end = to.isAfter(until) ? until : to;
    return end.isAfter(start) ? Duration.between(start, end) : Duration.ZERO;
  }

  /** An incident of its kind has opened; counts when that was in its time. */
  void sawIncident(String incident, Instant openedAt, Instant now) {
    boolean inTime = !openedAt.isBefore(prediction.at()) && !openedAt.isAfter(until);
    if (cameTrue == null && inTime) {
      long seconds = Duration.between(prediction.at(), openedAt).toSeconds();
      cameTrue =
          new ActualOutcome(
              ActualOutcome.Result.CAME_TRUE,
              now,
              incident,
              "The incident opened " + seconds + " s after the prediction");
    }
  }

  /**
   * What became of it; null as long as nobody knows.
   *
   * @param lastUp when the target was last seen up
   * @param longestGap what counts as having watched without a break
   * @param acted when something was sent to the target
   */
  @Nullable ActualOutcome outcome(
      Instant now, Instant lastUp, Duration longestGap, List<Instant> acted) {
    if (cameTrue != null) {
      return cameTrue;
    }
    if (!now.isAfter(until)) {
      return null;
    }
    if (acted.stream().anyMatch(at -> !at.isBefore(prediction.at()) && !at.isAfter(until))) {
      return undecided(now, "A mitigation was executed on the target meanwhile");
    }
    Duration silent = Duration.between(lastUp, until);
    Duration total =
        silent.compareTo(longestGap) > 0 ? unwatched.plus(within(lastUp, until)) : unwatched;
    Duration window = Duration.between(prediction.at(), until);
    if (total.multipliedBy(UNWATCHED_SHARE).compareTo(window) > 0) {
      return undecided(
          now,
          "The target was not watched for "
              + total.toSeconds()
              + " s of the "
              + window.toSeconds()
              + " s");
    }
    return new ActualOutcome(
        ActualOutcome.Result.FALSE_ALARM,
        now,
        null,
        "No incident of this kind opened within " + window.toSeconds() + " s");
  }

  private static ActualOutcome undecided(Instant now, String why) {
    return new ActualOutcome(ActualOutcome.Result.UNDECIDED, now, null, why);
  }
}
