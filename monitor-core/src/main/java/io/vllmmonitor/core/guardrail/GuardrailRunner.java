package io.vllmmonitor.core.guardrail;

import static io.vllmmonitor.api.error.ErrorCode.GUARDRAIL_DUPLICATE_ID;
import static io.vllmmonitor.api.error.ErrorCode.GUARDRAIL_EVALUATION;
import static io.vllmmonitor.api.error.ErrorCode.PLUGIN_STATE_RESTORE;
import static io.vllmmonitor.api.error.ErrorCode.STORE_FULL;
import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.extension.StateSnapshot;
import io.vllmmonitor.api.guardrail.FiringStatus;
import io.vllmmonitor.api.guardrail.Guardrail;
import io.vllmmonitor.api.guardrail.GuardrailFiring;
import io.vllmmonitor.api.guardrail.GuardrailSpec;
import io.vllmmonitor.api.guardrail.Severity;
import io.vllmmonitor.api.history.History;
import io.vllmmonitor.api.history.HistoryQuery;
import io.vllmmonitor.api.history.Recorder;
import io.vllmmonitor.api.history.RestoreReport;
import io.vllmmonitor.api.lifecycle.FailureKind;
import io.vllmmonitor.api.target.Target;
import io.vllmmonitor.core.extension.Bound;
import io.vllmmonitor.core.extension.Evaluation;
import io.vllmmonitor.core.extension.ExtensionSet;
import io.vllmmonitor.core.history.Pages;
import io.vllmmonitor.core.identity.TimeOrderedIds;
import io.vllmmonitor.core.incident.IncidentBook;
import io.vllmmonitor.core.telemetry.CaughtFailure;
import io.vllmmonitor.core.telemetry.Problems;
import io.vllmmonitor.core.view.RecordingView;
import io.vllmmonitor.core.view.ViewSource;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Judges the samples of one target with all its guardrails, tick by tick, and keeps their
 * hold-downs.
 *
 * <p>Rules. A guardrail fires when every verdict was a breach for its {@code breachFor}, and clears
 * when every verdict was a pass for its {@code keepFiringFor}; unknown is neither: it ends what is
 * pending and leaves what fires firing. Firings and the incidents they open or close are stored in
 * one transaction before they take effect; if that fails, the tick counts as not having changed
 * anything and the next one tries again. A guardrail in shadow fires into the history only. One
 * that is gone has its firing cleared. New code under the same id goes on with what was pending or
 * firing. Whatever a guardrail throws is an unknown verdict and a problem; the others run on.
 *
 * <p>Confined to the target's thread, except {@link #statuses()}.
 */
public final class GuardrailRunner {
  /** Under which the hold-downs are kept in the history. */
  static final String UNIT = "core";

  static final String EXTENSION = "guardrail-runner";
  private static final int STATE_VERSION = 1;

  /** Stands in where a guardrail cannot say what it is about. */
  static final GuardrailSpec NO_SPEC =
      GuardrailSpec.of(
          Severity.WARNING, FailureKind.GENERIC_ERROR, "The guardrail gave no specification");

  private final Target target;
  private final ExtensionSet extensions;
  private final IncidentBook incidents;
  private final Recorder recorder;
  private final History history;
  private final Problems problems;
  private final TimeOrderedIds ids;
  private final InstantSource clock;
  private final Duration longestGap;
  private final Map<String, Watch> watches = new TreeMap<>();
  private final Map<String, GuardrailFiring> restoredFirings = new LinkedHashMap<>();
  private final Map<String, HoldDownState.Saved> restoredHolds = new HashMap<>();
  private final Map<String, ErrorCode> failing = new HashMap<>();
  private final VerdictLog verdicts;
  private long droppedVerdicts;
  private volatile List<GuardrailStatus> statuses = List.of();

  public GuardrailRunner(
      Target target,
      ExtensionSet extensions,
      IncidentBook incidents,
      Recorder recorder,
      History history,
      Problems problems,
      TimeOrderedIds ids,
      InstantSource clock) {
    this.target = requireNonNull(target, "target");
    this.extensions = requireNonNull(extensions, "extensions");
    this.incidents = requireNonNull(incidents, "incidents");
    this.recorder = requireNonNull(recorder, "recorder");
    this.history = requireNonNull(history, "history");
    this.problems = requireNonNull(problems, "problems");
    this.ids = requireNonNull(ids, "ids");
    this.clock = requireNonNull(clock, "clock");
    this.longestGap = target.scrapeInterval().multipliedBy(2);
    this.verdicts = new VerdictLog(target, ids::next);
  }

  /**
   * Brings back firings that last and hold-downs that run. Call once, after {@link
   * IncidentBook#restore} and before the first tick.
   *
   * @return one item per firing and one for the hold-downs, for the restart report
   * @throws MonitorException when the history cannot be read or written
   */
  public List<RestoreReport.Item> restore() {
    List<RestoreReport.Item> items = new ArrayList<>();
    List<GuardrailFiring> lasting =
        Pages.all(
            HistoryQuery.newestOf(target.id()),
            page -> history.firings(page, null, FiringStatus.FIRING));
    for (GuardrailFiring firing : lasting) {
      restoredFirings.putIfAbsent(firing.guardrail(), firing);
      items.add(
          new RestoreReport.Item(
              "guardrail",
              firing.guardrail() + " on " + target.id(),
              RestoreReport.Status.RESTORED,
              "Firing since " + firing.firedAt(),
              firing.firedAt()));
    }
    items.add(restoreHolds());
    return items;
  }

  private RestoreReport.Item restoreHolds() {
    String subject = EXTENSION + " on " + target.id();
    Optional<StateSnapshot> stored = history.state(EXTENSION, UNIT, target.id());
    if (stored.isEmpty()) {
      return new RestoreReport.Item(
          "state", subject, RestoreReport.Status.FRESH, "No hold-downs were saved", null);
    }
    Instant savedAt = stored.get().savedAt();
    try {
      restoredHolds.putAll(HoldDownState.read(stored.get().fields()));
      return new RestoreReport.Item(
          "state",
          subject,
          RestoreReport.Status.RESTORED,
          restoredHolds.size() + " running hold-down(s)",
          savedAt);
    } catch (JsonProcessingException e) {
      String message =
          "The saved hold-downs are not JSON (" + e.getOriginalMessage() + "); they start anew";
      problems.note(PLUGIN_STATE_RESTORE, Blame.MONITOR, subject, message);
      return new RestoreReport.Item(
          "state", subject, RestoreReport.Status.FAILED, message, savedAt);
    }
  }

  /**
   * Judges one view with every guardrail. Call after every scrape, failed ones included: a down
   * target has no fresh samples, which makes its guardrails unknown, never passing.
   *
   * @param at the time of the view; the newest scrape
   * @return the firings that began or cleared, stored and in effect; empty when none did or the
   *     store refused them
   */
  public List<FiringChange> evaluate(ViewSource windows, Instant at) {
    Map<String, Bound<Guardrail>> present = present();
    List<FiringChange> changes = new ArrayList<>(withoutGuardrail(present, at));
    boolean holdsChanged = false;
    for (Map.Entry<String, Bound<Guardrail>> entry : present.entrySet()) {
      Watch watch = watch(entry.getKey(), entry.getValue());
      boolean breaching = watch.breachHold().running();
      boolean clearing = watch.firing() && watch.passHold().running();
      changes.addAll(judge(watch, windows, at));
      holdsChanged |=
          breaching != watch.breachHold().running()
              || (watch.firing() && clearing != watch.passHold().running());
    }
    List<FiringChange> effective = takeEffect(changes, holdsChanged, at);
    for (Watch watch : watches.values()) {
      if (watch.breachesInEffect()) {
        incidents.breachSeen(watch.spec().kind(), at, watch.evidence());
      }
    }
    incidents.adviseOnly(advisedKinds());
    statuses = watches.values().stream().map(Watch::status).toList();
    if (verdicts.dropped() > droppedVerdicts) {
      droppedVerdicts = verdicts.dropped();
      problems.note(
          STORE_FULL,
          Blame.ENVIRONMENT,
          "verdicts of " + target.id(),
          "The store has refused verdicts for long; "
              + droppedVerdicts
              + " of them are dropped and cannot be replayed");
    }
    return effective;
  }

  /** The kinds whose firings all come from guardrails that may only lead to advice. */
  private Set<FailureKind> advisedKinds() {
    Set<FailureKind> advised = EnumSet.noneOf(FailureKind.class);
    Set<FailureKind> acting = EnumSet.noneOf(FailureKind.class);
    for (Watch watch : watches.values()) {
      GuardrailFiring firing = watch.lastingFiring();
      if (firing != null && !firing.shadow()) {
        (watch.adviseOnly() ? advised : acting).add(firing.kind());
      }
    }
    advised.removeAll(acting);
    return advised;
  }

  /** Where every guardrail stands, sorted by id; a snapshot of the newest tick. Thread-safe. */
  public List<GuardrailStatus> statuses() {
    return statuses;
  }

  /** The ids of the guardrails that fire with effect, sorted, for checkpoints. */
  public List<String> firing() {
    return watches.values().stream()
        .map(Watch::lastingFiring)
        .filter(firing -> firing != null && !firing.shadow())
        .map(GuardrailFiring::guardrail)
        .sorted(Comparator.naturalOrder())
        .toList();
  }

  /**
   * Saves the hold-downs and the verdicts that wait. Call about every 30 s and at the end; the
   * beginning and the end of a hold-down or firing are saved in the tick itself.
   *
   * @throws MonitorException when the store refuses
   */
  public void saveState() {
    StateSnapshot snapshot = snapshot();
    recorder.write(
        out -> {
          out.state(snapshot);
          verdicts.writeTo(out);
        });
    verdicts.written();
  }

  private List<FiringChange> judge(Watch watch, ViewSource windows, Instant at) {
    boolean firing = watch.firing();
    RecordingView view = windows.view(at, firing);
    VerdictLog.Before before = verdicts.before(watch);
    Evaluation evaluation = Evaluation.of(watch.codeHash(), watch.id(), target.id(), at);
    Judgement judgement = Judgement.of(watch.guardrail(), view, evaluation);
    CaughtFailure failure = judgement.failure();
    String subject = subject(watch.id());
    if (failure != null) {
      problems.note(failure.code(), failure.blame(), subject, failure.message());
      failing.put(watch.id(), failure.code());
    } else {
      well(watch.id());
    }
    List<FiringChange> changes = watch.judge(judgement, at, longestGap, ids::next);
    verdicts.seen(watch, judgement, evaluation, before, firing, view.oldest(), !changes.isEmpty());
    return changes;
  }

  private void well(String id) {
    ErrorCode code = failing.remove(id);
    if (code != null) {
      problems.clear(code, subject(id));
    }
  }

  /** Stores the changes with their incidents in one transaction, then makes them true. */
  private List<FiringChange> takeEffect(
      List<FiringChange> changes, boolean holdsChanged, Instant at) {
    if (changes.isEmpty() && !holdsChanged) {
      return List.of();
    }
    IncidentBook.Proposal proposal =
        incidents.propose(inEffect(changes, true), inEffect(changes, false), at);
    StateSnapshot snapshot = snapshot();
    try {
      recorder.write(
          out -> {
            changes.forEach(change -> out.firing(change.firing()));
            proposal.changed().forEach(out::incident);
            out.state(snapshot);
            verdicts.writeTo(out);
          });
      verdicts.written();
    } catch (MonitorException e) {
      problems.note("firings of " + target.id(), e);
      return List.of();
    }
    incidents.apply(proposal);
    for (FiringChange change : changes) {
      apply(change);
    }
    return List.copyOf(changes);
  }

  private void apply(FiringChange change) {
    String id = change.firing().guardrail();
    Watch watch = watches.get(id);
    if (watch != null) {
      watch.apply(change);
    }
    if (!change.began()) {
      restoredFirings.remove(id);
    }
  }

  private static List<GuardrailFiring> inEffect(List<FiringChange> changes, boolean began) {
    return changes.stream()
        .filter(change -> change.began() == began && !change.firing().shadow())
        .map(FiringChange::firing)
        .toList();
  }

  private Map<String, Bound<Guardrail>> present() {
    Map<String, Bound<Guardrail>> present = new TreeMap<>();
    for (Bound<Guardrail> bound : extensions.guardrails()) {
      @Nullable String id = idOf(bound);
      if (id != null && present.putIfAbsent(id, bound) != null) {
        problems.note(
            GUARDRAIL_DUPLICATE_ID,
            Blame.OPERATOR,
            subject(id),
            "Two guardrails on "
                + target.id()
                + " have this id; the one of "
                + bound.unit()
                + " is not run. Rename or remove one of them");
      }
    }
    return present;
  }

  private @Nullable String idOf(Bound<Guardrail> bound) {
    try {
      return requireNonNull(bound.extension().id(), "id");
    } catch (Throwable thrown) {
      CaughtFailure failure = CaughtFailure.of(thrown, GUARDRAIL_EVALUATION);
      problems.note(failure.code(), failure.blame(), subject(bound.unit()), failure.message());
      return null;
    }
  }

  /** Clears the firings of guardrails that are gone, and forgets those. */
  private List<FiringChange> withoutGuardrail(Map<String, Bound<Guardrail>> present, Instant at) {
    List<FiringChange> changes = new ArrayList<>();
    watches
        .values()
        .removeIf(
            watch -> {
              GuardrailFiring firing = watch.lastingFiring();
              boolean gone = !present.containsKey(watch.id());
              if (gone && firing != null) {
                // Kept here until the clearing is stored, should the store refuse now.
                restoredFirings.put(watch.id(), firing);
              }
              if (gone) {
                verdicts.forget(watch.id());
                well(watch.id());
              }
              return gone;
            });
    restoredFirings.forEach(
        (id, firing) -> {
          if (!present.containsKey(id)) {
            changes.add(Watch.cleared(firing, at, "The guardrail was removed or disabled"));
          }
        });
    return changes;
  }

  private Watch watch(String id, Bound<Guardrail> bound) {
    Watch known = watches.get(id);
    if (known != null) {
      if (!known.isFor(bound)) {
        known.swap(bound, specOf(id, bound.extension()));
      }
      return known;
    }
    Watch fresh = new Watch(id, target.id(), bound, specOf(id, bound.extension()));
    GuardrailFiring firing = restoredFirings.remove(id);
    if (firing != null) {
      fresh.resume(firing);
    }
    HoldDownState.Saved saved = restoredHolds.remove(id);
    if (saved != null) {
      HoldDownState.restore(fresh, saved);
    }
    watches.put(id, fresh);
    return fresh;
  }

  private GuardrailSpec specOf(String id, Guardrail guardrail) {
    try {
      return requireNonNull(guardrail.spec(), "spec");
    } catch (Throwable thrown) {
      CaughtFailure failure = CaughtFailure.of(thrown, GUARDRAIL_EVALUATION);
      problems.note(failure.code(), failure.blame(), subject(id), failure.message());
      return NO_SPEC;
    }
  }

  private StateSnapshot snapshot() {
    return new StateSnapshot(
        EXTENSION,
        target.id(),
        UNIT,
        "",
        STATE_VERSION,
        clock.instant(),
        HoldDownState.write(watches.values()));
  }

  private String subject(String guardrail) {
    return "guardrail " + guardrail + " on " + target.id();
  }
}
