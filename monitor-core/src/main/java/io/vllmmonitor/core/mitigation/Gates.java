package io.vllmmonitor.core.mitigation;

import io.vllmmonitor.api.incident.Incident;
import io.vllmmonitor.api.lifecycle.FailureKind;
import io.vllmmonitor.api.mitigation.ActionPlan;
import io.vllmmonitor.api.mitigation.GateResult;
import io.vllmmonitor.api.mitigation.MitigationAttempt;
import io.vllmmonitor.api.target.Target;
import io.vllmmonitor.api.target.TargetMode;
import io.vllmmonitor.core.incident.IncidentBook;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Everything that must hold before a plan is carried out. Every gate is asked every time, closed or
 * not, so that an attempt shows all that stood in its way. Confined to the target's thread.
 *
 * <p>In order: {@code mode}, {@code stop_file}, {@code evidence} (three fresh scrapes in a row, the
 * newest at most two intervals old, nothing missing that the strategy asked for), {@code in_flight}
 * (one attempt per target until it is measured), {@code cooldown}, {@code hourly_cap}, {@code
 * daily_cap}, {@code incarnation} (the breach was seen in this life of the server), {@code
 * at_most_once} (per incident, strategy and incarnation), {@code escalation}, {@code confidence},
 * {@code aggressive} (a plan that cannot be undone), {@code dry_run}.
 */
final class Gates {
  private static final int LEAST_SCRAPES = 3;
  private static final Duration HOUR = Duration.ofHours(1);
  private static final Duration DAY = Duration.ofDays(1);

  private final Target target;
  private final InterventionPolicy policy;
  private final BooleanSupplier stop;
  private final AttemptLedger ledger;
  private final IncidentBook incidents;
  private final EvidenceMeter evidence;
  private final PlanExecution execution;
  private final DryRun dryRun;

  Gates(
      Target target,
      InterventionPolicy policy,
      BooleanSupplier stop,
      AttemptLedger ledger,
      IncidentBook incidents,
      EvidenceMeter evidence,
      PlanExecution execution,
      DryRun dryRun) {
    this.target = target;
    this.policy = policy;
    this.stop = stop;
    this.ledger = ledger;
    this.incidents = incidents;
    this.evidence = evidence;
    this.execution = execution;
    this.dryRun = dryRun;
  }

  /**
   * What the gates are asked about.
   *
   * @param lastBreach how a rule of the incident's kind was last seen broken; null when not in this
   *     process
   */
  record Question(
      Incident incident,
      Choice choice,
      TargetSnapshot snapshot,
      IncidentBook.@Nullable Breach lastBreach) {}

  /** The gates that need no plan. */
  List<GateResult> withoutPlan(Question question, Instant now) {
    String strategy = question.choice().id();
    @Nullable String incarnation = question.snapshot().incarnation();
    List<GateResult> results = new ArrayList<>();
    results.add(mode(question.incident().kind()));
    results.add(stopFile());
    results.add(evidence(question.choice(), now));
    results.add(inFlight());
    results.add(cooldown(now));
    results.add(cap("hourly_cap", HOUR, policy.maxInterventionsPerHour(), now));
    results.add(cap("daily_cap", DAY, policy.maxInterventionsPerDay(), now));
    results.add(incarnation(incarnation, question.lastBreach()));
    results.add(atMostOnce(question.incident(), strategy, incarnation));
    results.add(escalation(question.incident()));
    results.add(confidence(question.choice()));
    return results;
  }

  /** The gates that look at the plan itself. */
  List<GateResult> ofPlan(Question question, ActionPlan plan) {
    boolean harmless = policy.enableAggressiveActions() || !plan.rollback().isEmpty();
    GateResult aggressive =
        new GateResult(
            "aggressive",
            harmless,
            harmless
                ? "The plan can be undone, or such plans are enabled"
                : "The plan has no rollback; mitigations.enable_aggressive_actions is false");
    return List.of(aggressive, dryRun(question, plan));
  }

  static Optional<GateResult> firstClosed(List<GateResult> results) {
    return results.stream().filter(result -> !result.open()).findFirst();
  }

  /** Closed where the target or the guardrails that fired may only lead to advice. */
  GateResult mode(FailureKind kind) {
    boolean acts = target.mode() == TargetMode.ACT;
    boolean adviseOnly = acts && incidents.isAdviseOnly(kind);
    return new GateResult(
        "mode",
        acts && !adviseOnly,
        adviseOnly
            ? "The guardrails that fired are on the stage ADVISE; promote one to act"
            : "The mode of " + target.id() + " is " + target.mode());
  }

  GateResult stopFile() {
    boolean stopped = stop.getAsBoolean();
    return new GateResult(
        "stop_file",
        !stopped,
        stopped
            ? "The STOP file is set; remove it from the data directory to allow actions"
            : "No STOP file");
  }

  GateResult evidence(Choice choice, Instant now) {
    List<String> missing = choice.view().missing();
    if (!missing.isEmpty()) {
      return new GateResult(
          "evidence",
          false,
          "The strategy asked for what has no data: " + String.join(", ", missing));
    }
    return freshness(now);
  }

  /** The part of the evidence that ages while a plan is being approved. */
  GateResult freshness(Instant now) {
    Instant newest = evidence.newest();
    if (newest == null) {
      return new GateResult("evidence", false, "The newest scrape failed");
    }
    Duration age = Duration.between(newest, now).abs();
    Duration oldest = target.scrapeInterval().multipliedBy(2);
    int fresh = evidence.fresh(now);
    boolean open = age.compareTo(oldest) <= 0 && fresh >= LEAST_SCRAPES;
    return new GateResult(
        "evidence",
        open,
        fresh
            + " fresh scrapes in a row, the newest "
            + age.toMillis()
            + " ms old; wanted "
            + LEAST_SCRAPES
            + " and at most "
            + oldest.toMillis()
            + " ms");
  }

  private GateResult inFlight() {
    List<String> busy = ledger.inFlight().stream().map(MitigationAttempt::id).toList();
    boolean open = busy.isEmpty() && !execution.busy();
    return new GateResult(
        "in_flight",
        open,
        open
            ? "Nothing else runs or is being measured on this target"
            : "Running or being measured on this target: " + String.join(", ", busy));
  }

  private GateResult cooldown(Instant now) {
    Optional<Instant> last = lastDispatch();
    if (last.isEmpty()) {
      return new GateResult("cooldown", true, "Nothing was done on this target before");
    }
    // A clock that went back makes this negative, which keeps the gate closed.
    Duration since = Duration.between(last.get(), now);
    return new GateResult(
        "cooldown",
        since.compareTo(policy.cooldown()) >= 0,
        "The last dispatch was "
            + since.toSeconds()
            + " s ago; the cooldown is "
            + policy.cooldown().toSeconds()
            + " s");
  }

  private Optional<Instant> lastDispatch() {
    return ledger.dispatched().stream()
        .map(MitigationAttempt::dispatchedAt)
        .filter(Objects::nonNull)
        .max(Instant::compareTo);
  }

  private GateResult cap(String gate, Duration span, int most, Instant now) {
    Instant from = now.minus(span);
    long count =
        ledger.dispatched().stream()
            .map(MitigationAttempt::dispatchedAt)
            .filter(at -> at != null && at.isAfter(from))
            .count();
    return new GateResult(
        gate,
        count < most,
        count + " dispatched in the last " + span.toHours() + " h; at most " + most);
  }

  GateResult incarnation(@Nullable String incarnation, IncidentBook.@Nullable Breach lastBreach) {
    Instant since = evidence.lifeSince();
    if (incarnation == null || since == null) {
      return new GateResult(
          "incarnation", false, "It cannot be told whether this is the same life of the server");
    }
    boolean seen = lastBreach != null && !lastBreach.at().isBefore(since);
    return new GateResult(
        "incarnation",
        seen,
        seen
            ? "The breach was seen in this life of the server, " + incarnation
            : "The breach was not seen since " + since + " in this life, " + incarnation);
  }

  private GateResult atMostOnce(Incident incident, String strategy, @Nullable String incarnation) {
    Optional<MitigationAttempt> earlier = earlier(incident, strategy, incarnation);
    return new GateResult(
        "at_most_once",
        earlier.isEmpty(),
        earlier
            .map(attempt -> "Attempt " + attempt.id() + " was dispatched for this incident already")
            .orElse("Not tried on this incident in this life of the server"));
  }

  /** The attempt that uses a strategy up; a life that cannot be told counts as the same. */
  Optional<MitigationAttempt> earlier(
      Incident incident, String strategy, @Nullable String incarnation) {
    return ledger.dispatched().stream()
        .filter(attempt -> attempt.incidentId().equals(incident.id()))
        .filter(attempt -> attempt.strategy().equals(strategy))
        .filter(
            attempt ->
                incarnation == null
                    || attempt.incarnation() == null
                    || incarnation.equals(attempt.incarnation()))
        .findFirst();
  }

  private GateResult escalation(Incident incident) {
    long tried =
        ledger.dispatched().stream()
            .filter(attempt -> attempt.incidentId().equals(incident.id()))
            .count();
    int most = policy.escalationThreshold();
    boolean open = most == 0 || tried < most;
    return new GateResult(
        "escalation",
        open,
        tried + " attempt(s) on this incident" + (open ? "" : "; it is left to people now"));
  }

  private GateResult confidence(Choice choice) {
    return new GateResult(
        "confidence",
        choice.confidence() >= policy.minConfidence(),
        "Confidence "
            + choice.confidence()
            + " from suitability "
            + choice.suitability()
            + " and experience "
            + choice.preference().score()
            + "; at least "
            + policy.minConfidence());
  }

  private GateResult dryRun(Question question, ActionPlan plan) {
    if (execution.busy()) {
      return new GateResult("dry_run", false, "Not tried while an action runs");
    }
    Optional<String> objection = dryRun.objection(plan, question.snapshot().capabilities());
    return new GateResult(
        "dry_run", objection.isEmpty(), objection.orElse("Every step could be carried out"));
  }
}
