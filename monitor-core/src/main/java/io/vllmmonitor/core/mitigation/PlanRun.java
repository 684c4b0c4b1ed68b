package io.vllmmonitor.core.mitigation;

import io.vllmmonitor.api.mitigation.ActionResult;
import io.vllmmonitor.api.mitigation.ActionStep;
import io.vllmmonitor.api.mitigation.AttemptStatus;
import io.vllmmonitor.api.mitigation.MitigationAttempt;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/** Where a plan stands that is being carried out. Confined to the target's thread. */
final class PlanRun {
  private final boolean leftBehind;
  private final List<ActionResult> results;
  private MitigationAttempt attempt;
  private List<ActionStep> steps;
  private int index;
  private boolean undoing;
  private boolean sent;
  private AttemptStatus status = AttemptStatus.SUCCEEDED;
  private String why = "";
  private long call;
  private Instant calledAt = Instant.EPOCH;
  private @Nullable Instant deadline;
  private @Nullable Future<?> task;
  private @Nullable MitigationAttempt ended;

  PlanRun(MitigationAttempt attempt) {
    this.attempt = attempt;
    this.leftBehind = attempt.status() != AttemptStatus.DISPATCHED;
    this.steps = attempt.plan().steps();
    this.results = new ArrayList<>(attempt.results());
  }

  /** The attempt with the results so far. */
  MitigationAttempt attempt() {
    return attempt;
  }

  /** The attempt at its end, to be stored; null while it runs. */
  @Nullable MitigationAttempt ended() {
    return ended;
  }

  boolean undoing() {
    return undoing;
  }

  boolean finished() {
    return index == steps.size();
  }

  /** Whether it is between two steps of the plan proper. */
  boolean mayBeStopped() {
    return !undoing && index > 0;
  }

  ActionStep step() {
    return steps.get(index);
  }

  long call() {
    return call;
  }

  Instant calledAt() {
    return calledAt;
  }

  void called(long number, Instant at, @Nullable Instant until, @Nullable Future<?> running) {
    call = number;
    calledAt = at;
    deadline = until;
    task = running;
  }

  boolean overdue(Instant now) {
    Instant until = deadline;
    return until != null && now.isAfter(until);
  }

  void cancel() {
    Future<?> running = task;
    if (running != null) {
      running.cancel(true);
    }
  }

  void turnBack(AttemptStatus verdict, String reason) {
    status = verdict;
    why = reason;
    undoing = true;
    steps = attempt.plan().rollback();
    index = 0;
  }

  /** Takes the result of the current step in and moves on, forward or back. */
  void took(ActionResult answered, Instant now) {
    ActionResult result = inTime(answered, now);
    results.add(result);
    attempt = attempt.toBuilder().results(results).build();
    deadline = null;
    task = null;
    sent |= !undoing && result.status() != ActionResult.Status.FAILED;
    if (undoing || result.status() == ActionResult.Status.DONE) {
      index++;
      return;
    }
    turnBack(
        result.status() == ActionResult.Status.FAILED
            ? AttemptStatus.FAILED
            : AttemptStatus.UNKNOWN,
        "Step " + result.action() + ": " + result.detail());
  }

  /** Done, but later than allowed, counts as failed. */
  private ActionResult inTime(ActionResult result, Instant now) {
    if (undoing || result.status() != ActionResult.Status.DONE || !overdue(now)) {
      return result;
    }
    sent = true;
    return new ActionResult(
        result.action(),
        ActionResult.Status.FAILED,
        "Done, but only after its deadline: " + result.detail(),
        result.took());
  }

  /**
   * Settles the attempt. Where every step was refused nothing happened, so there is nothing to
   * measure; otherwise the verification begins here.
   */
  void end(Instant now) {
    MitigationAttempt.Builder builder = attempt.toBuilder().status(status).finishedAt(now);
    Instant dispatchedAt = attempt.dispatchedAt();
    if (dispatchedAt != null && !leftBehind) {
      builder.executionTime(Duration.between(dispatchedAt, now));
    }
    boolean measurable = sent || leftBehind;
    builder.verifyAt(measurable ? now.plus(attempt.plan().verificationWindow()) : null);
    builder.outcomeReason(measurable ? why : "Nothing was done, so nothing is measured. " + why);
    ended = builder.build();
  }
}
