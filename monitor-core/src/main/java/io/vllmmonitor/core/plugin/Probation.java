package io.vllmmonitor.core.plugin;

import static io.vllmmonitor.api.error.ErrorCode.PLUGIN_BREAKER_OPEN;
import static io.vllmmonitor.api.error.ErrorCode.PLUGIN_CALL_ABANDONED;

import io.vllmmonitor.api.code.CodeGeneration;
import io.vllmmonitor.api.code.CodeStatus;
import io.vllmmonitor.api.code.LifePhase;
import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * What follows when the calls of a unit fail: a new generation on probation gives way to the one
 * before; an older one goes on degraded; one that has lost a thread goes into quarantine. Alarms
 * are raised by the threads that call and handled by {@link #tend}, under the platform's lock.
 */
final class Probation implements UnitHealth.Alarms {
  private static final int MOST_ALARMS = 10_000;

  /** From the record of a generation until it runs. */
  private static final Duration LONGEST_START = Duration.ofMinutes(1);

  private final PlatformServices services;
  private final PlatformPolicy policy;
  private final Ledger ledger;
  private final LifeBook book;
  private final Queue<Raised> raised = new ConcurrentLinkedQueue<>();

  private record Raised(String unit, int generation, UnitHealth.Alarm alarm, String detail) {}

  Probation(PlatformServices services, PlatformPolicy policy, Ledger ledger, LifeBook book) {
    this.services = services;
    this.policy = policy;
    this.ledger = ledger;
    this.book = book;
  }

  @Override
  public void raise(String unit, int generation, UnitHealth.Alarm alarm, String detail) {
    if (raised.size() < MOST_ALARMS) { // each unit raises few; the limit is for what nobody tends
      raised.add(new Raised(unit, generation, alarm, detail));
    }
  }

  /** Handles what was raised since the last time. */
  void tend(UnitRunner runner, Revival revival) {
    for (Raised next = raised.poll(); next != null; next = raised.poll()) {
      Raised alarm = next;
      Optional<RunningUnit> unit =
          runner
              .running(alarm.unit())
              .filter(running -> running.generation().generation() == alarm.generation());
      if (unit.isPresent()) {
        handle(alarm, unit.get(), revival);
      }
    }
  }

  /** When a running generation is off probation at the earliest; empty when it is not on it. */
  Optional<Duration> left(RunningUnit unit) {
    if (!Revival.isNew(unit.generation()) || ledger.previousGood(unit.generation()).isEmpty()) {
      return Optional.empty();
    }
    Instant until = unit.generation().at().plus(policy.probation());
    if (unit.health().since().isAfter(until.plus(LONGEST_START))) {
      return Optional.empty(); // it was new in an earlier life of the daemon
    }
    Duration left = Duration.between(services.clock().instant(), until);
    if (!left.isNegative() && !left.isZero()) {
      return Optional.of(left);
    }
    boolean calledEnough = unit.health().calls() >= policy.probationCalls();
    return calledEnough ? Optional.empty() : Optional.of(Duration.ZERO);
  }

  private void handle(Raised alarm, RunningUnit unit, Revival revival) {
    CodeGeneration generation = unit.generation();
    switch (alarm.alarm()) {
      case OPENED -> {
        if (!gaveWay(unit, revival, PLUGIN_BREAKER_OPEN, alarm.detail())) {
          services
              .problems()
              .note(PLUGIN_BREAKER_OPEN, Blame.PLUGIN, generation.unit(), alarm.detail());
          book.step(generation, LifePhase.DEGRADED, PLUGIN_BREAKER_OPEN, alarm.detail());
        }
      }
      case CLOSED -> {
        if (unit.health().open() == 0) {
          services.problems().clear(PLUGIN_BREAKER_OPEN, generation.unit());
          book.step(
              generation,
              generation.status() == CodeStatus.SHADOW ? LifePhase.SHADOW : LifePhase.ACTIVE,
              alarm.detail());
        }
      }
      case STUCK -> {
        services
            .problems()
            .note(PLUGIN_CALL_ABANDONED, Blame.PLUGIN, generation.unit(), alarm.detail());
        if (!gaveWay(unit, revival, PLUGIN_CALL_ABANDONED, alarm.detail())) {
          revival.quarantine(generation, PLUGIN_CALL_ABANDONED, alarm.detail());
        }
      }
    }
    book.write();
  }

  /** Whether the generation before took its place again. */
  private boolean gaveWay(RunningUnit unit, Revival revival, ErrorCode code, String detail) {
    if (left(unit).isEmpty()) {
      return false;
    }
    try {
      revival.noteRollback(revival.rollBack(unit.id(), code, "it failed on probation: " + detail));
      return true;
    } catch (MonitorException e) {
      services.problems().note(unit.id(), e);
      return false;
    }
  }
}
