package io.vllmmonitor.core.outcome;

import static io.vllmmonitor.api.error.ErrorCode.PLUGIN_CALL_FAILED;
import static java.util.Objects.requireNonNull;
import static java.util.Objects.requireNonNullElse;

import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.history.History;
import io.vllmmonitor.api.incident.Incident;
import io.vllmmonitor.api.learning.LearningEvent;
import io.vllmmonitor.api.lifecycle.LifecycleState;
import io.vllmmonitor.api.mitigation.MitigationAttempt;
import io.vllmmonitor.api.mitigation.MitigationStrategy;
import io.vllmmonitor.api.outcome.Measurement;
import io.vllmmonitor.api.outcome.MitigationOutcome;
import io.vllmmonitor.api.target.Target;
import io.vllmmonitor.core.extension.Bound;
import io.vllmmonitor.core.extension.ExtensionSet;
import io.vllmmonitor.core.learning.LearningDesk;
import io.vllmmonitor.core.mitigation.AttemptLedger;
import io.vllmmonitor.core.mitigation.TargetSnapshot;
import io.vllmmonitor.core.telemetry.CaughtFailure;
import io.vllmmonitor.core.telemetry.Problems;
import io.vllmmonitor.core.view.RecordingView;
import io.vllmmonitor.core.view.ViewSource;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Measures every attempt of one target at the end of its verification window. When that is stands
 * in the attempt, so a restart in between changes nothing.
 *
 * <p>Rules. The strategy compares the view before the first step with the view at the end. A server
 * that was up before and is {@link LifecycleState#TERMINATED} at the end was made worse. There is
 * no outcome, with the reason, when data is missing in either view, when the server was restarted
 * or another attempt ran within the window, or when the strategy is gone or throws. A server that
 * does not answer just then is waited for, for three scrapes or 15 s; after that, and after a
 * restart of the daemon that came too late, the views at the planned end count.
 *
 * <p>An outcome and its learning event are one transaction; then the learners hear it. Of an
 * attempt that the process before left on its way they hear nothing: nobody knows how far it came.
 *
 * <p>Confined to the target's thread.
 */
public final class OutcomeWatch {
  private static final Duration LEAST_PATIENCE = Duration.ofSeconds(15);

  private final Target target;
  private final ExtensionSet extensions;
  private final AttemptLedger ledger;
  private final History history;
  private final LearningDesk learning;
  private final Problems problems;
  private final InstantSource clock;
  private final Duration patience;

  public OutcomeWatch(
      Target target,
      ExtensionSet extensions,
      AttemptLedger ledger,
      History history,
      LearningDesk learning,
      Problems problems,
      InstantSource clock) {
    this.target = requireNonNull(target, "target");
    this.extensions = requireNonNull(extensions, "extensions");
    this.ledger = requireNonNull(ledger, "ledger");
    this.history = requireNonNull(history, "history");
    this.learning = requireNonNull(learning, "learning");
    this.problems = requireNonNull(problems, "problems");
    this.clock = requireNonNull(clock, "clock");
    Duration three = target.scrapeInterval().multipliedBy(3);
    patience = three.compareTo(LEAST_PATIENCE) < 0 ? LEAST_PATIENCE : three;
  }

  /** What a measurement came to: one of the two is there. */
  private record Finding(
      @Nullable Measurement measurement, String whyNot, Map<String, Double> metrics) {
    static Finding none(String why) {
      return new Finding(null, why, Map.of());
    }
  }

  /**
   * Measures what is due. Call after every scrape, failed ones included, before the desk of the
   * mitigations, so that the next decision knows the outcome.
   */
  public void tick(ViewSource windows, TargetSnapshot snapshot) {
    Instant now = now(snapshot);
    for (MitigationAttempt attempt : ledger.unverified()) {
      Instant verifyAt = requireNonNull(attempt.verifyAt(), "verifyAt");
      if (!now.isBefore(verifyAt)) {
        try {
          settle(attempt, verifyAt, windows, snapshot);
        } catch (MonitorException e) {
          // It stays due; the next tick tries again.
          problems.note("outcome of attempt " + attempt.id(), e);
        }
      }
    }
  }

  private Instant now(TargetSnapshot snapshot) {
    Instant now = clock.instant();
    return now.isBefore(snapshot.at()) ? snapshot.at() : now;
  }

  private void settle(
      MitigationAttempt attempt, Instant verifyAt, ViewSource windows, TargetSnapshot snapshot) {
    boolean late = now(snapshot).isAfter(verifyAt.plus(patience));
    boolean dead = snapshot.state() == LifecycleState.TERMINATED;
    if (!snapshot.up() && !dead && !late) {
      return;
    }
    Finding finding;
    Optional<String> obstacle = obstacle(attempt, verifyAt, snapshot);
    if (obstacle.isPresent()) {
      finding = Finding.none(obstacle.get());
    } else if (dead && !late && attempt.initialState() != LifecycleState.TERMINATED) {
      finding = died(attempt);
    } else {
      finding = measure(attempt, windows, late ? verifyAt : snapshot.at());
    }
    store(attempt, finding, snapshot);
  }

  private static Finding died(MitigationAttempt attempt) {
    return new Finding(
        Measurement.of(
            MitigationOutcome.MADE_WORSE,
            "The server was "
                + attempt.initialState()
                + " before and is TERMINATED at the end of the window"),
        "",
        Map.of());
  }

  /** What makes the window say nothing about this attempt. */
  private Optional<String> obstacle(
      MitigationAttempt attempt, Instant verifyAt, TargetSnapshot snapshot) {
    Instant from = requireNonNullElse(attempt.dispatchedAt(), attempt.plannedAt());
    Optional<String> overlapping =
        ledger.dispatched().stream()
            .filter(other -> !other.id().equals(attempt.id()))
            .filter(other -> overlaps(other, from, verifyAt))
            .map(other -> "attempt " + other.id() + " of " + other.strategy() + " ran meanwhile")
            .findFirst();
    String then = attempt.incarnation();
    String now = snapshot.incarnation();
    boolean restarted =
        snapshot.state() != LifecycleState.TERMINATED
            && then != null
            && now != null
            && !then.equals(now);
    return overlapping.or(
        () ->
            restarted
                ? Optional.of("the server was restarted, its counters began anew")
                : Optional.empty());
  }

  private static boolean overlaps(MitigationAttempt other, Instant from, Instant to) {
    Instant began = other.dispatchedAt();
    Instant ended = other.finishedAt();
    return began != null && !began.isAfter(to) && (ended == null || !ended.isBefore(from));
  }

  private Finding measure(MitigationAttempt attempt, ViewSource windows, Instant end) {
    Optional<Incident> incident = history.incident(attempt.incidentId());
    if (incident.isEmpty()) {
      return Finding.none("incident " + attempt.incidentId() + " is not in the history");
    }
    Instant from = requireNonNullElse(attempt.dispatchedAt(), attempt.plannedAt());
    RecordingView before = windows.view(from, false);
    RecordingView after = windows.view(end, false);
    try {
      MitigationStrategy strategy = strategy(attempt.strategy());
      if (strategy == null) {
        return Finding.none("strategy " + attempt.strategy() + " is gone");
      }
      Measurement measurement =
          requireNonNull(
              strategy.verify(incident.get(), before, after),
              "the strategy answered null instead of a measurement");
      return proven(measurement, before, after);
    } catch (Throwable thrown) {
      CaughtFailure failure = CaughtFailure.of(thrown, PLUGIN_CALL_FAILED);
      problems.note(
          failure.code(),
          failure.blame(),
          "strategy " + attempt.strategy() + " on " + target.id(),
          failure.message());
      return Finding.none("strategy " + attempt.strategy() + " failed: " + failure.message());
    }
  }

  private static Finding proven(
      Measurement measurement, RecordingView before, RecordingView after) {
    if (before.missing().isEmpty() && after.missing().isEmpty()) {
      return new Finding(measurement, "", after.evidence());
    }
    return new Finding(
        null,
        "no data before for " + before.missing() + ", at the end for " + after.missing(),
        after.evidence());
  }

  private @Nullable MitigationStrategy strategy(String id) {
    List<Bound<MitigationStrategy>> all = extensions.strategies();
    return all.stream()
        .map(Bound::extension)
        .filter(strategy -> strategy.id().equals(id))
        .findFirst()
        .orElse(null);
  }

  private void store(MitigationAttempt attempt, Finding finding, TargetSnapshot snapshot) {
    MitigationAttempt.Builder builder =
        attempt.toBuilder().finalState(snapshot.state()).finalMetrics(finding.metrics());
    Measurement measurement = finding.measurement();
    if (measurement == null) {
      ledger.store(
          builder
              .verifyAt(null)
              .outcomeReason(withHistory("No outcome: " + finding.whyNot(), attempt))
              .build());
      return;
    }
    MitigationAttempt measured =
        builder
            .outcome(measurement.outcome())
            .outcomeReason(withHistory(measurement.explanation(), attempt))
            .sideEffects(measurement.sideEffects())
            .build();
    if (attempt.executionTime() == null) {
      ledger.store(measured);
      return;
    }
    LearningEvent event =
        new LearningEvent(
            attempt.id(),
            attempt.target(),
            attempt.situation(),
            attempt.strategy(),
            measurement.outcome(),
            clock.instant().truncatedTo(ChronoUnit.MILLIS));
    ledger.store(measured, entries -> entries.learning(event));
    learning.observe(event);
  }

  /** What was known of the attempt before it was measured stays readable. */
  private static String withHistory(String sentence, MitigationAttempt attempt) {
    return attempt.outcomeReason().isEmpty()
        ? sentence
        : sentence + " (" + attempt.outcomeReason() + ")";
  }
}
