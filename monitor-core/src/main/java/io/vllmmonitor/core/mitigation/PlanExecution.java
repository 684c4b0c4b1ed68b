package io.vllmmonitor.core.mitigation;

import static io.vllmmonitor.api.error.ErrorCode.MITIGATION_DEADLINE;
import static io.vllmmonitor.api.error.ErrorCode.PLUGIN_CALL_FAILED;
import static io.vllmmonitor.api.error.ErrorCode.SHUTTING_DOWN;
import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.mitigation.ActionResult;
import io.vllmmonitor.api.mitigation.ActionStep;
import io.vllmmonitor.api.mitigation.Actuator;
import io.vllmmonitor.api.mitigation.AttemptStatus;
import io.vllmmonitor.api.mitigation.MitigationAttempt;
import io.vllmmonitor.api.target.Target;
import io.vllmmonitor.core.telemetry.CaughtFailure;
import io.vllmmonitor.core.telemetry.Problems;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Carries one dispatched plan out, step by step. Confined to the target's thread; only the call of
 * the actuator itself happens on a worker, and its result comes back through the mailbox.
 *
 * <p>A step that fails, or that has no answer by its deadline, ends the plan and starts the
 * rollback, each step of which is run once whatever becomes of the others. A call past its deadline
 * is interrupted; should it ignore that, it is abandoned, its late answer is dropped, and the
 * rollback runs beside it: a server left half-changed is worse. The STOP file is looked at before
 * each further step; it never holds a rollback back.
 */
final class PlanExecution {
  /** An actuator keeps the deadline itself; this is how much later it is taken for hanging. */
  private static final Duration GRACE = Duration.ofSeconds(1);

  private final Target target;
  private final AttemptLedger ledger;
  private final DryRun actuators;
  private final BooleanSupplier stop;
  private final Problems problems;
  private final InstantSource clock;
  private final Executor worker;
  private final Executor mailbox;
  private @Nullable PlanRun run;
  private long calls;

  PlanExecution(
      Target target,
      AttemptLedger ledger,
      DryRun actuators,
      BooleanSupplier stop,
      Problems problems,
      InstantSource clock,
      Executor worker,
      Executor mailbox) {
    this.target = target;
    this.ledger = ledger;
    this.actuators = actuators;
    this.stop = stop;
    this.problems = problems;
    this.clock = clock;
    this.worker = worker;
    this.mailbox = mailbox;
  }

  boolean busy() {
    return run != null;
  }

  /** Starts a plan whose attempt is stored as dispatched. */
  void begin(MitigationAttempt dispatched) {
    run = new PlanRun(dispatched);
    next();
  }

  /** Undoes what an earlier process left behind; the steps themselves are never repeated. */
  void undo(MitigationAttempt left, String why) {
    PlanRun undoing = new PlanRun(left);
    undoing.turnBack(AttemptStatus.UNKNOWN, why);
    run = undoing;
    next();
  }

  /** Looks at the deadline of the call that runs, and stores again what could not be stored. */
  void tick() {
    PlanRun current = run;
    if (current == null) {
      return;
    }
    if (current.ended() != null) {
      settle(current);
    } else if (current.overdue(clock.instant())) {
      interrupt(current, "No answer within the deadline; the call was interrupted");
    }
  }

  /** Ends a plan early because the daemon stops: interrupts the step and starts the rollback. */
  void windDown() {
    PlanRun current = run;
    if (current != null && current.ended() == null && !current.undoing()) {
      interrupt(current, "The daemon stops; the call was interrupted");
    }
  }

  private void interrupt(PlanRun current, String detail) {
    Duration took = Duration.between(current.calledAt(), clock.instant());
    problems.note(
        MITIGATION_DEADLINE,
        Blame.ENVIRONMENT,
        "attempt " + current.attempt().id(),
        current.step().action() + ": " + detail);
    current.cancel();
    completed(
        current.call(),
        new ActionResult(current.step().action(), ActionResult.Status.UNKNOWN, detail, took));
  }

  private void next() {
    PlanRun current = requireNonNull(run, "run");
    if (current.finished()) {
      end(current);
    } else if (current.mayBeStopped() && stop.getAsBoolean()) {
      current.turnBack(
          AttemptStatus.FAILED, "The STOP file was set before step " + current.step().action());
      next();
    } else {
      send(current, current.step());
    }
  }

  private void send(PlanRun current, ActionStep step) {
    long call = ++calls;
    Instant now = clock.instant();
    Optional<Actuator> actuator = actuators.actuator(step);
    if (actuator.isEmpty()) {
      current.called(call, now, null, null);
      completed(call, notSent(step, "No actuator offers this action now"));
      return;
    }
    FutureTask<@Nullable Void> task =
        new FutureTask<>(() -> answer(call, execute(actuator.get(), step)), null);
    current.called(call, now, now.plus(step.deadline()).plus(GRACE), task);
    try {
      worker.execute(task);
    } catch (RejectedExecutionException e) {
      completed(call, notSent(step, "The workers take no more work"));
    }
  }

  private static ActionResult notSent(ActionStep step, String why) {
    return new ActionResult(step.action(), ActionResult.Status.FAILED, why, Duration.ZERO);
  }

  /** On a worker. */
  private ActionResult execute(Actuator actuator, ActionStep step) {
    Instant from = clock.instant();
    try {
      return requireNonNull(
          actuator.execute(target, step), "the actuator answered null instead of a result");
    } catch (Throwable thrown) {
      CaughtFailure failure = CaughtFailure.of(thrown, PLUGIN_CALL_FAILED);
      return new ActionResult(
          step.action(),
          ActionResult.Status.UNKNOWN,
          failure.message(),
          Duration.between(from, clock.instant()));
    }
  }

  /** On a worker. */
  private void answer(long call, ActionResult result) {
    try {
      mailbox.execute(() -> completed(call, result));
    } catch (RejectedExecutionException e) {
      // The target is being closed: the attempt stays dispatched and the next start settles it.
      problems.note(
          SHUTTING_DOWN,
          Blame.MONITOR,
          "target " + target.id(),
          "The result of " + result.action() + " came after the end: " + result.status());
    }
  }

  private void completed(long call, ActionResult result) {
    PlanRun current = run;
    if (current == null || current.call() != call || current.ended() != null) {
      // A late answer of a call that was given up; its step is recorded as unknown already.
      return;
    }
    current.took(result, clock.instant());
    keep(current.attempt());
    next();
  }

  private void end(PlanRun current) {
    current.end(clock.instant().truncatedTo(ChronoUnit.MILLIS));
    settle(current);
  }

  /** The run is over once its end is stored; until then the next tick tries again. */
  private void settle(PlanRun current) {
    if (keep(requireNonNull(current.ended(), "ended"))) {
      run = null;
    }
  }

  private boolean keep(MitigationAttempt attempt) {
    try {
      ledger.store(attempt);
      return true;
    } catch (MonitorException e) {
      problems.note("attempt " + attempt.id(), e);
      return false;
    }
  }
}
