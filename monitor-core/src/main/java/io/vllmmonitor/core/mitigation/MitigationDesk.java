package io.vllmmonitor.core.mitigation;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.history.RestoreReport;
import io.vllmmonitor.api.incident.Incident;
import io.vllmmonitor.api.mitigation.ActionPlan;
import io.vllmmonitor.api.mitigation.AttemptStatus;
import io.vllmmonitor.api.mitigation.GateResult;
import io.vllmmonitor.api.mitigation.MitigationAttempt;
import io.vllmmonitor.api.target.Target;
import io.vllmmonitor.api.target.TargetMode;
import io.vllmmonitor.core.extension.ExtensionSet;
import io.vllmmonitor.core.identity.TimeOrderedIds;
import io.vllmmonitor.core.incident.IncidentBook;
import io.vllmmonitor.core.learning.LearningDesk;
import io.vllmmonitor.core.telemetry.Problems;
import io.vllmmonitor.core.view.ViewSource;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;

/**
 * Answers the open incidents of one target: nothing in mode observe, advice in advise, action in
 * act.
 *
 * <p><b>When.</b> Every open incident is considered in every tick, except while an attempt on it
 * runs, is being measured or cools down. The same advice, or a refusal whose first closed gate is
 * the same, is stored once per incident and strategy within {@link
 * InterventionPolicy#adviceRepeat()}.
 *
 * <p><b>Whom.</b> The strategy with the highest suitability × learners' mean score; one that was
 * used up on this incident only when nothing else fits.
 *
 * <p><b>At most once.</b> PLANNED, APPROVED and DISPATCHED are each durable before the next thing
 * happens; DISPATCHED is durable before an actuator is called. What a start finds PLANNED or
 * APPROVED is EXPIRED, what it finds DISPATCHED is UNKNOWN: its steps are never sent again. Its
 * rollback is, for a pause that a crash left behind would last for ever: rollback steps are safe to
 * run when nothing had been done. This happens in the first tick that reaches the same life of the
 * server, in mode act and without a STOP file; {@code finishedAt} stays null until it is through,
 * so another crash in between runs it again. Then the attempt is measured like any other.
 *
 * <p>Confined to the target's thread; results of workers come in through the mailbox.
 */
public final class MitigationDesk {
  private final Target target;
  private final AttemptLedger ledger;
  private final IncidentBook incidents;
  private final InterventionPolicy policy;
  private final BooleanSupplier stop;
  private final Problems problems;
  private final TimeOrderedIds ids;
  private final InstantSource clock;
  private final EvidenceMeter evidence;
  private final Planner planner;
  private final PlanExecution execution;
  private final Gates gates;

  /**
   * @param stop whether the STOP file is set; asked before anything is sent, so it must be cheap
   * @param worker where actuators are called; must not be the target's thread
   * @param mailbox runs what it is given on the target's thread, later
   */
  public MitigationDesk(
      Target target,
      ExtensionSet extensions,
      AttemptLedger ledger,
      IncidentBook incidents,
      LearningDesk learning,
      InterventionPolicy policy,
      BooleanSupplier stop,
      Problems problems,
      TimeOrderedIds ids,
      InstantSource clock,
      Executor worker,
      Executor mailbox) {
    this.target = requireNonNull(target, "target");
    this.ledger = requireNonNull(ledger, "ledger");
    this.incidents = requireNonNull(incidents, "incidents");
    this.policy = requireNonNull(policy, "policy");
    this.stop = requireNonNull(stop, "stop");
    this.problems = requireNonNull(problems, "problems");
    this.ids = requireNonNull(ids, "ids");
    this.clock = requireNonNull(clock, "clock");
    requireNonNull(extensions, "extensions");
    requireNonNull(worker, "worker");
    requireNonNull(mailbox, "mailbox");
    evidence = new EvidenceMeter(target.scrapeInterval());
    planner = new Planner(target, extensions, requireNonNull(learning, "learning"), problems);
    DryRun dryRun = new DryRun(target, extensions, problems);
    execution = new PlanExecution(target, ledger, dryRun, stop, problems, clock, worker, mailbox);
    gates = new Gates(target, policy, stop, ledger, incidents, evidence, execution, dryRun);
  }

  /**
   * Loads the attempts that matter and settles those that the process before left on their way.
   * Call once, after the incidents are restored and before the first tick.
   *
   * @return one item per attempt that was on its way or is still to be measured
   * @throws MonitorException when the history cannot be read or written
   */
  public List<RestoreReport.Item> restore() {
    Instant oldest =
        incidents.open().stream().map(Incident::openedAt).findFirst().orElse(clock.instant());
    ledger.restore(oldest);
    List<RestoreReport.Item> items = new ArrayList<>();
    for (MitigationAttempt attempt : ledger.all()) {
      MitigationAttempt settled = Leftovers.settled(attempt, undoWanted(attempt), now());
      if (!settled.equals(attempt)) {
        ledger.store(settled);
      }
      Leftovers.item(attempt, settled).ifPresent(items::add);
    }
    return items;
  }

  /**
   * One round over the open incidents. Call after every scrape, failed ones included, when the
   * guardrails of the same tick are through.
   */
  public void tick(ViewSource windows, TargetSnapshot snapshot) {
    evidence.scraped(snapshot);
    execution.tick();
    try {
      expireUnsent();
      undoLeftBehind(snapshot);
    } catch (MonitorException e) {
      problems.note("attempts on " + target.id(), e);
      return;
    }
    if (target.mode() == TargetMode.OBSERVE) {
      return;
    }
    for (Incident incident : incidents.open()) {
      try {
        consider(incident, windows, snapshot);
      } catch (MonitorException e) {
        // Not stored, so not done; the next tick begins again.
        problems.note("incident " + incident.id(), e);
      }
    }
  }

  /** Whether a plan or its rollback is being carried out. */
  public boolean busy() {
    return execution.busy();
  }

  /** The ids of the attempts that run or are being measured, oldest first, for checkpoints. */
  public List<String> inFlight() {
    return ledger.inFlight().stream().map(MitigationAttempt::id).toList();
  }

  /**
   * Gives a running plan up because the daemon stops, and starts its rollback. Keep the mailbox
   * running until {@link #busy()} is false or the patience is over.
   */
  public void windDown() {
    execution.windDown();
  }

  private void consider(Incident incident, ViewSource windows, TargetSnapshot snapshot) {
    if (waits(incident)) {
      return;
    }
    Optional<Choice> chosen =
        planner.choose(
            incident,
            windows,
            snapshot,
            strategy -> gates.earlier(incident, strategy, snapshot.incarnation()).isPresent());
    if (chosen.isEmpty()) {
      return;
    }
    Choice choice = chosen.get();
    Gates.Question question =
        new Gates.Question(
            incident, choice, snapshot, incidents.lastBreach(incident.kind()).orElse(null));
    if (isRepeated(question, gates.withoutPlan(question, now()))) {
      return;
    }
    Optional<ActionPlan> plan = planner.plan(choice, incident);
    if (plan.isEmpty() || isRepeated(question, allGates(question, plan.get()))) {
      return;
    }
    MitigationAttempt planned = planned(question, plan.get());
    ledger.store(planned);
    decide(planned, question);
  }

  /** Whether an attempt on this incident is not over yet, or was just now. */
  private boolean waits(Incident incident) {
    Instant now = now();
    boolean running =
        ledger.inFlight().stream().anyMatch(attempt -> attempt.incidentId().equals(incident.id()));
    return running
        || ledger.dispatched().stream()
            .filter(attempt -> attempt.incidentId().equals(incident.id()))
            .map(MitigationAttempt::dispatchedAt)
            .anyMatch(at -> at != null && now.isBefore(at.plus(policy.cooldown())));
  }

  private List<GateResult> allGates(Gates.Question question, ActionPlan plan) {
    List<GateResult> results = new ArrayList<>(gates.withoutPlan(question, now()));
    results.addAll(gates.ofPlan(question, plan));
    return results;
  }

  /** Whether the same was said of this incident and strategy within the quiet time. */
  private boolean isRepeated(Gates.Question question, List<GateResult> results) {
    Optional<GateResult> closed = Gates.firstClosed(results);
    if (closed.isEmpty()) {
      return false;
    }
    Instant now = now();
    String gate = closed.get().gate();
    return ledger.all().stream()
        .filter(
            attempt ->
                attempt.status() == AttemptStatus.ADVISED
                    || attempt.status() == AttemptStatus.REFUSED)
        .filter(attempt -> attempt.incidentId().equals(question.incident().id()))
        .filter(attempt -> attempt.strategy().equals(question.choice().id()))
        .filter(
            attempt ->
                Duration.between(attempt.plannedAt(), now).abs().compareTo(policy.adviceRepeat())
                    < 0)
        .anyMatch(
            attempt ->
                Gates.firstClosed(attempt.gates()).filter(r -> r.gate().equals(gate)).isPresent());
  }

  private MitigationAttempt planned(Gates.Question question, ActionPlan plan) {
    Choice choice = question.choice();
    Incident incident = question.incident();
    TargetSnapshot snapshot = question.snapshot();
    return new MitigationAttempt(
        ids.next(),
        target.id(),
        incident.id(),
        incident.kind(),
        choice.id(),
        choice.bound().codeHash(),
        snapshot.incarnation(),
        LearningDesk.situation(incident.kind(), snapshot.state()),
        AttemptStatus.PLANNED,
        plan,
        List.of(),
        now(),
        null,
        null,
        null,
        null,
        null,
        "",
        List.of(),
        List.of(),
        snapshot.state(),
        null,
        initialMetrics(question),
        Map.of(),
        choice.confidence());
  }

  /** What the guardrails and the strategy read before anything was done. */
  private static Map<String, Double> initialMetrics(Gates.Question question) {
    IncidentBook.Breach breach = question.lastBreach();
    Map<String, Double> metrics = new HashMap<>();
    if (breach != null && breach.at().equals(question.snapshot().at())) {
      metrics.putAll(breach.evidence());
    }
    metrics.putAll(question.choice().view().evidence());
    return metrics;
  }

  private void decide(MitigationAttempt planned, Gates.Question question) {
    List<GateResult> results = allGates(question, planned.plan());
    Optional<GateResult> closed = Gates.firstClosed(results);
    MitigationAttempt.Builder decided = planned.toBuilder().gates(results);
    GateResult mode = gates.mode(planned.kind());
    if (!mode.open()) {
      ledger.store(
          decided
              .status(AttemptStatus.ADVISED)
              .outcomeReason("Advice only, nothing was sent: " + mode.reason())
              .build());
    } else if (closed.isPresent()) {
      ledger.store(refused(decided, closed.get()));
    } else {
      MitigationAttempt approved = decided.status(AttemptStatus.APPROVED).build();
      ledger.store(approved);
      dispatch(approved);
    }
  }

  private void dispatch(MitigationAttempt approved) {
    // Storing took time; what can have changed in it is asked once more.
    GateResult stopFile = gates.stopFile();
    GateResult freshness = gates.freshness(now());
    if (!stopFile.open()) {
      List<GateResult> results = new ArrayList<>(approved.gates());
      results.removeIf(result -> result.gate().equals(stopFile.gate()));
      results.add(0, stopFile);
      ledger.store(refused(approved.toBuilder().gates(results), stopFile));
    } else if (!freshness.open()) {
      ledger.store(
          approved.toBuilder()
              .status(AttemptStatus.EXPIRED)
              .outcomeReason("The evidence grew old before it was sent: " + freshness.reason())
              .build());
    } else {
      MitigationAttempt dispatched =
          approved.toBuilder().status(AttemptStatus.DISPATCHED).dispatchedAt(now()).build();
      ledger.store(dispatched);
      execution.begin(dispatched);
    }
  }

  private static MitigationAttempt refused(MitigationAttempt.Builder attempt, GateResult closed) {
    return attempt
        .status(AttemptStatus.REFUSED)
        .outcomeReason("Refused by the gate " + closed.gate() + ": " + closed.reason())
        .build();
  }

  /** What was planned but, the store having refused, never sent. */
  private void expireUnsent() {
    for (MitigationAttempt attempt : ledger.all()) {
      if (attempt.status() == AttemptStatus.PLANNED || attempt.status() == AttemptStatus.APPROVED) {
        ledger.store(
            attempt.toBuilder()
                .status(AttemptStatus.EXPIRED)
                .outcomeReason("It could not be stored in time, so it was not sent")
                .build());
      }
    }
  }

  private boolean undoWanted(MitigationAttempt attempt) {
    return target.mode() == TargetMode.ACT
        && !attempt.plan().rollback().isEmpty()
        && !stop.getAsBoolean();
  }

  /** Runs the rollback of what an earlier process left behind, once the server answers. */
  private void undoLeftBehind(TargetSnapshot snapshot) {
    if (!snapshot.up() || execution.busy()) {
      return;
    }
    Optional<MitigationAttempt> left =
        ledger.all().stream().filter(Leftovers::awaitsUndo).findFirst();
    if (left.isEmpty()) {
      return;
    }
    MitigationAttempt attempt = left.get();
    String now = snapshot.incarnation();
    String then = attempt.incarnation();
    if (now != null && then != null && !now.equals(then)) {
      ledger.store(
          Leftovers.over(attempt, Leftovers.STOPPED + "; the server was restarted since", now()));
    } else if (stop.getAsBoolean()) {
      ledger.store(
          Leftovers.over(attempt, Leftovers.STOPPED + "; not undone, the STOP file is set", now()));
    } else {
      execution.undo(attempt, Leftovers.STOPPED + "; its rollback ran after the restart");
    }
  }

  /** To the millisecond, as the history keeps it. */
  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MILLIS);
  }
}
