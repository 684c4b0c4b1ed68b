package io.vllmmonitor.core.prediction;

import static io.vllmmonitor.api.error.ErrorCode.PLUGIN_STATE_RESTORE;
import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.extension.StateSnapshot;
import io.vllmmonitor.api.history.History;
import io.vllmmonitor.api.history.HistoryQuery;
import io.vllmmonitor.api.history.Recorder;
import io.vllmmonitor.api.history.RestoreReport;
import io.vllmmonitor.api.incident.Incident;
import io.vllmmonitor.api.mitigation.MitigationAttempt;
import io.vllmmonitor.api.prediction.ActualOutcome;
import io.vllmmonitor.api.prediction.FailurePrediction;
import io.vllmmonitor.api.target.Target;
import io.vllmmonitor.core.history.Pages;
import io.vllmmonitor.core.mitigation.AttemptLedger;
import io.vllmmonitor.core.telemetry.Problems;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The predictions of one target that wait for their outcome: stored when they are made and when
 * they are resolved, with how long the target was watched meanwhile. Those in shadow are followed
 * in memory only. Confined to the target's thread.
 */
final class OpenPredictions {
  private static final String UNIT = "core";
  private static final String EXTENSION = "prediction-runner";
  private static final int STATE_VERSION = 1;

  private final Target target;
  private final AttemptLedger attempts;
  private final Recorder recorder;
  private final History history;
  private final Problems problems;
  private final InstantSource clock;
  private final Duration longestGap;
  private final Map<OpenPrediction.Key, OpenPrediction> open = new LinkedHashMap<>();
  private @Nullable Instant lastUp;

  OpenPredictions(
      Target target,
      AttemptLedger attempts,
      Recorder recorder,
      History history,
      Problems problems,
      InstantSource clock) {
    this.target = requireNonNull(target, "target");
    this.attempts = requireNonNull(attempts, "attempts");
    this.recorder = requireNonNull(recorder, "recorder");
    this.history = requireNonNull(history, "history");
    this.problems = requireNonNull(problems, "problems");
    this.clock = requireNonNull(clock, "clock");
    this.longestGap = target.scrapeInterval().multipliedBy(2);
  }

  List<RestoreReport.Item> restore() {
    Optional<StateSnapshot> stored = history.state(EXTENSION, UNIT, target.id());
    if (stored.isEmpty()) {
      return List.of(item(RestoreReport.Status.FRESH, "No prediction was open", null));
    }
    Instant savedAt = stored.get().savedAt();
    OpenState state;
    try {
      state = OpenState.read(stored.get().fields());
    } catch (JsonProcessingException e) {
      String message =
          "The list of open predictions is not JSON ("
              + e.getOriginalMessage()
              + "); they stay without an outcome";
      problems.note(PLUGIN_STATE_RESTORE, Blame.MONITOR, EXTENSION + " on " + target.id(), message);
      return List.of(item(RestoreReport.Status.FAILED, message, savedAt));
    }
    lastUp = state.lastUp();
    state.open().values().stream()
        .map(OpenState.Saved::at)
        .min(Comparator.naturalOrder())
        .ifPresent(oldest -> readOpen(state, oldest));
    int lost = state.open().size() - open.size();
    return List.of(
        item(
            lost == 0 ? RestoreReport.Status.RESTORED : RestoreReport.Status.CHANGED,
            open.size() + " open" + (lost == 0 ? "" : ", " + lost + " no longer in the history"),
            savedAt));
  }

  private void readOpen(OpenState state, Instant oldest) {
    HistoryQuery since = HistoryQuery.newestOf(target.id()).between(oldest, null);
    for (FailurePrediction found : Pages.all(since, page -> history.predictions(page, null, 0))) {
      OpenState.Saved known = state.open().get(found.id());
      if (known != null && found.actualOutcome() == null) {
        OpenPrediction restored =
            new OpenPrediction(found, "", false, known.until(), known.unwatched());
        open.put(restored.key(), restored);
      }
    }
    // Also those that opened and closed just before the end.
    saw(Pages.all(since, page -> history.incidents(page, null)), clock.instant());
  }

  /** Whether one of this predictor and kind is open. */
  boolean has(OpenPrediction.Key key) {
    return open.containsKey(key);
  }

  /** All, the oldest first. */
  List<OpenPrediction> all() {
    return List.copyOf(open.values());
  }

  /** A scrape was made. */
  void watched(Instant at, boolean up) {
    if (!up) {
      return;
    }
    Instant before = lastUp;
    if (before != null && Duration.between(before, at).compareTo(longestGap) > 0) {
      open.values().forEach(prediction -> prediction.missed(before, at));
    }
    lastUp = at;
  }

  /** These incidents are there. */
  void saw(List<Incident> incidents, Instant now) {
    for (Incident incident : incidents) {
      for (OpenPrediction prediction : open.values()) {
        if (prediction.prediction().failureType() == incident.kind()) {
          prediction.sawIncident(incident.id(), incident.openedAt(), now);
        }
      }
    }
  }

  /**
   * Takes out what came true and what is over.
   *
   * @return with what became of it, stored; empty also when the store refuses, to be tried again
   */
  Map<OpenPrediction, ActualOutcome> resolve(Instant at) {
    List<Instant> acted =
        attempts.dispatched().stream()
            .map(MitigationAttempt::dispatchedAt)
            .filter(Objects::nonNull)
            .toList();
    Map<OpenPrediction, ActualOutcome> known = new LinkedHashMap<>();
    for (OpenPrediction prediction : open.values()) {
      Instant seen = Objects.requireNonNullElse(lastUp, prediction.prediction().at());
      ActualOutcome outcome = prediction.outcome(at, seen, longestGap, acted);
      if (outcome != null) {
        known.put(prediction, outcome);
      }
    }
    List<FailurePrediction> resolved = new ArrayList<>();
    known.forEach(
        (prediction, outcome) -> {
          if (!prediction.shadow()) {
            resolved.add(prediction.prediction().resolved(outcome));
          }
        });
    List<OpenPrediction> left =
        open.values().stream().filter(prediction -> !known.containsKey(prediction)).toList();
    if (!stored(resolved, left)) {
      return Map.of();
    }
    known.keySet().forEach(prediction -> open.remove(prediction.key()));
    return known;
  }

  /** Takes new ones in, as far as the store takes them. */
  void begin(List<OpenPrediction> made) {
    List<OpenPrediction> after = new ArrayList<>(open.values());
    after.addAll(made);
    List<FailurePrediction> news =
        made.stream()
            .filter(prediction -> !prediction.shadow())
            .map(OpenPrediction::prediction)
            .toList();
    boolean durable = stored(news, after);
    for (OpenPrediction prediction : made) {
      if (durable || prediction.shadow()) {
        open.put(prediction.key(), prediction);
      }
    }
  }

  /**
   * @throws MonitorException when the store refuses
   */
  void saveState() {
    if (open.values().stream().anyMatch(prediction -> !prediction.shadow())) {
      StateSnapshot snapshot = snapshot(open.values());
      recorder.write(out -> out.state(snapshot));
    }
  }

  /** One transaction; true when there was nothing to store or the store took it. */
  private boolean stored(List<FailurePrediction> changed, Collection<OpenPrediction> left) {
    if (changed.isEmpty()) {
      return true;
    }
    StateSnapshot snapshot = snapshot(left);
    try {
      recorder.write(
          out -> {
            changed.forEach(out::prediction);
            out.state(snapshot);
          });
      return true;
    } catch (MonitorException e) {
      problems.note("predictions of " + target.id(), e);
      return false;
    }
  }

  private StateSnapshot snapshot(Collection<OpenPrediction> predictions) {
    return new StateSnapshot(
        EXTENSION,
        target.id(),
        UNIT,
        "",
        STATE_VERSION,
        clock.instant(),
        OpenState.write(lastUp, predictions));
  }

  private RestoreReport.Item item(
      RestoreReport.Status status, String detail, @Nullable Instant since) {
    return new RestoreReport.Item("predictions", target.id().instance(), status, detail, since);
  }
}
