package io.vllmmonitor.core.prediction;

import static io.vllmmonitor.api.error.ErrorCode.PLUGIN_CALL_FAILED;
import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.code.CodeGeneration;
import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.history.History;
import io.vllmmonitor.api.history.Recorder;
import io.vllmmonitor.api.history.RestoreReport;
import io.vllmmonitor.api.lifecycle.LifecycleState;
import io.vllmmonitor.api.prediction.ActualOutcome;
import io.vllmmonitor.api.prediction.FailurePredictor;
import io.vllmmonitor.api.prediction.Forecast;
import io.vllmmonitor.api.target.Target;
import io.vllmmonitor.core.extension.Bound;
import io.vllmmonitor.core.extension.Evaluation;
import io.vllmmonitor.core.extension.ExtensionSet;
import io.vllmmonitor.core.identity.TimeOrderedIds;
import io.vllmmonitor.core.incident.IncidentBook;
import io.vllmmonitor.core.mitigation.AttemptLedger;
import io.vllmmonitor.core.telemetry.CaughtFailure;
import io.vllmmonitor.core.telemetry.Problems;
import io.vllmmonitor.core.view.ViewSource;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Asks all predictors of one target after every scrape and follows what they said.
 *
 * <p>Rules. A failure that is forecast becomes a prediction, stored before anybody hears of it,
 * unless one of the same predictor and kind is open or an incident of that kind is. An open one has
 * come true when an incident of its kind opens on the target in its time. When that time has passed
 * it is undecided if something was sent to the target meanwhile, or if the target was not seen up
 * for more than a tenth of it; else it was a false alarm. What became of it is stored before the
 * predictor hears it. Nothing forecast from a view that had no data for a question is unknown, and
 * so is whatever a predictor throws, which is a problem besides; the others run on. Open
 * predictions survive a restart, with how long they were watched.
 *
 * <p>A predictor in shadow is asked, followed, counted and told in the same way, but in memory
 * only: nothing of it is stored or told to people, and a restart forgets it.
 *
 * <p>Confined to the target's thread, except {@link #statuses()}.
 */
public final class PredictionRunner {
  private static final Duration USUAL_HORIZON = Duration.ofMinutes(10);
  private static final Duration LONGEST_HORIZON = Duration.ofDays(366);

  private final Target target;
  private final ExtensionSet extensions;
  private final IncidentBook incidents;
  private final History history;
  private final Problems problems;
  private final TimeOrderedIds ids;
  private final OpenPredictions open;
  private final Map<String, PredictorWatch> watches = new TreeMap<>();
  private final Set<String> failing = new TreeSet<>();
  private volatile List<PredictorStatus> statuses = List.of();

  public PredictionRunner(
      Target target,
      ExtensionSet extensions,
      IncidentBook incidents,
      AttemptLedger attempts,
      Recorder recorder,
      History history,
      Problems problems,
      TimeOrderedIds ids,
      InstantSource clock) {
    this.target = requireNonNull(target, "target");
    this.extensions = requireNonNull(extensions, "extensions");
    this.incidents = requireNonNull(incidents, "incidents");
    this.history = requireNonNull(history, "history");
    this.problems = requireNonNull(problems, "problems");
    this.ids = requireNonNull(ids, "ids");
    this.open = new OpenPredictions(target, attempts, recorder, history, problems, clock);
  }

  /**
   * Brings back the open predictions. Call once, before the first tick.
   *
   * @return one item, for the restart report
   * @throws MonitorException when the history cannot be read
   */
  public List<RestoreReport.Item> restore() {
    return open.restore();
  }

  /**
   * Follows what is open and looks ahead. Call after every scrape, failed ones included, once the
   * incidents of the scrape are known.
   *
   * @param at the time of the view; the newest scrape
   * @param up whether the target answered
   * @param state of the target after this scrape
   */
  public void tick(ViewSource windows, Instant at, boolean up, LifecycleState state) {
    open.watched(at, up);
    open.saw(incidents.open(), at);
    open.resolve(at).forEach(this::tell);
    Map<String, Bound<FailurePredictor>> present = present();
    forgetOthers(present.keySet());
    List<OpenPrediction> made = new ArrayList<>();
    present.forEach(
        (id, bound) -> look(id, watch(id, bound), windows, at, state).ifPresent(made::add));
    open.begin(made);
    publish();
  }

  /**
   * Saves how long the open predictions were watched. Call about every 30 s and at the end.
   *
   * @throws MonitorException when the store refuses
   */
  public void saveState() {
    open.saveState();
  }

  /** Where every predictor stands, sorted by id; a snapshot of the newest tick. Thread-safe. */
  public List<PredictorStatus> statuses() {
    return statuses;
  }

  private void tell(OpenPrediction prediction, ActualOutcome outcome) {
    String id = prediction.prediction().predictor();
    PredictorWatch watch = watches.get(id);
    if (watch == null) {
      return;
    }
    watch.count(prediction, outcome);
    try {
      watch.bound().extension().feedback(prediction.prediction(), outcome);
    } catch (Throwable thrown) { // whatever code of others throws must not stop the target
      note(id, thrown);
    }
  }

  private Optional<OpenPrediction> look(
      String id, PredictorWatch watch, ViewSource windows, Instant at, LifecycleState state) {
    Bound<FailurePredictor> bound = watch.bound();
    Outlook outlook =
        Outlook.of(
            bound.extension(),
            windows.view(at, false),
            Evaluation.of(bound.codeHash(), id, target.id(), at));
    CaughtFailure failure = outlook.failure();
    if (failure == null) {
      well(id);
    } else {
      failing.add(id);
      problems.note(failure.code(), failure.blame(), subject(id), failure.message());
    }
    watch.looked(outlook.forecast(), at);
    if (!(outlook.forecast() instanceof Forecast.Failure expected)) {
      return Optional.empty();
    }
    boolean known =
        open.has(watch.key(expected.kind()))
            || incidents.open().stream().anyMatch(one -> one.kind() == expected.kind());
    return known ? Optional.empty() : Optional.of(watch.open(ids.next(), expected, at, state));
  }

  private Map<String, Bound<FailurePredictor>> present() {
    Map<String, Bound<FailurePredictor>> present = new TreeMap<>();
    for (Bound<FailurePredictor> bound : extensions.predictors()) {
      try {
        // The platform sees to it that ids are unique; the first one counts where it did not.
        present.putIfAbsent(requireNonNull(bound.extension().id(), "id"), bound);
      } catch (Throwable thrown) { // whatever code of others throws must not stop the target
        note(bound.unit(), thrown);
      }
    }
    return present;
  }

  private void forgetOthers(Set<String> present) {
    List<String> gone = watches.keySet().stream().filter(id -> !present.contains(id)).toList();
    for (String id : gone) {
      watches.remove(id);
      well(id);
    }
  }

  private PredictorWatch watch(String id, Bound<FailurePredictor> bound) {
    PredictorWatch known = watches.get(id);
    if (known != null && known.isFor(bound)) {
      return known;
    }
    PredictorWatch fresh =
        new PredictorWatch(
            id, target.id(), bound, horizonOf(id, bound.extension()), generationOf(bound));
    watches.put(id, fresh);
    return fresh;
  }

  private Duration horizonOf(String id, FailurePredictor predictor) {
    try {
      Duration horizon = requireNonNull(predictor.horizon(), "horizon");
      if (horizon.isNegative() || horizon.isZero() || horizon.compareTo(LONGEST_HORIZON) > 0) {
        throw new MonitorException(
            PLUGIN_CALL_FAILED,
            Blame.PLUGIN,
            "A horizon is more than 0 and at most a year, found "
                + horizon
                + "; ten minutes are used instead");
      }
      return horizon;
    } catch (Throwable thrown) { // whatever code of others throws must not stop the target
      note(id, thrown);
      return USUAL_HORIZON;
    }
  }

  /** Zero when the history cannot tell. */
  private int generationOf(Bound<FailurePredictor> bound) {
    try {
      return history.generations(bound.unit()).stream()
          .filter(generation -> generation.codeHash().equals(bound.codeHash()))
          .mapToInt(CodeGeneration::generation)
          .findFirst()
          .orElse(0);
    } catch (MonitorException e) {
      problems.note(subject(bound.unit()), e);
      return 0;
    }
  }

  private void well(String id) {
    if (failing.remove(id)) {
      problems.clear(subject(id));
    }
  }

  private void note(String id, Throwable thrown) {
    CaughtFailure failure = CaughtFailure.of(thrown, PLUGIN_CALL_FAILED);
    failing.add(id);
    problems.note(failure.code(), failure.blame(), subject(id), failure.message());
  }

  private void publish() {
    Map<String, Integer> counts = new HashMap<>();
    open.all().forEach(one -> counts.merge(one.prediction().predictor(), 1, Integer::sum));
    List<PredictorStatus> all = new ArrayList<>();
    watches.forEach((id, watch) -> all.add(watch.status(counts.getOrDefault(id, 0))));
    statuses = List.copyOf(all);
  }

  private String subject(String predictor) {
    return "predictor " + predictor + " on " + target.id();
  }
}
