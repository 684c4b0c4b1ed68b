package io.vllmmonitor.core.plugin;

import static io.vllmmonitor.api.error.ErrorCode.PLUGIN_REHEARSAL_REFUSED;
import static io.vllmmonitor.api.error.ErrorCode.REHEARSAL_FAILED;

import io.vllmmonitor.api.code.CodeGeneration;
import io.vllmmonitor.api.code.LifePhase;
import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.target.Target;
import io.vllmmonitor.core.worker.DeadlineWorker;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/**
 * Lets the gate try new code out, with instances apart from everything that runs. Begun under the
 * platform's lock, which is let go while the gate works.
 */
final class Rehearsals {
  private final PlatformServices services;
  private final UnitMaker maker;
  private final LifeBook book;
  private final PlatformLock lock;
  private final RehearsalGate gate;
  private final UnitRunner runner;
  private final Trials trials;

  /**
   * What instances on trial are called with. Immutable.
   *
   * @param work for copies of jars
   */
  record Trials(DeadlineWorker worker, Watchdog watchdog, Path work) {}

  Rehearsals(
      PlatformServices services,
      UnitMaker maker,
      LifeBook book,
      PlatformLock lock,
      RehearsalGate gate,
      UnitRunner runner,
      Trials trials) {
    this.services = services;
    this.maker = maker;
    this.book = book;
    this.lock = lock;
    this.gate = gate;
    this.runner = runner;
    this.trials = trials;
  }

  /** Whether there is a gate at all. */
  boolean any() {
    return gate != RehearsalGate.open();
  }

  /**
   * Tries a candidate out, which must be recorded already so that it can be told when it kills the
   * JVM.
   *
   * @throws MonitorException PLUGIN_REHEARSAL_REFUSED, REHEARSAL_FAILED where the gate came to no
   *     answer, or why it cannot be loaded
   */
  RehearsalGate.Receipt rehearse(CodeGeneration candidate, Optional<CodeGeneration> predecessor) {
    return maker
        .suspects(candidate)
        .during(candidate.codeHash(), "its rehearsal", () -> tried(candidate, predecessor));
  }

  private RehearsalGate.Receipt tried(
      CodeGeneration candidate, Optional<CodeGeneration> predecessor) {
    RunningUnit unit =
        maker.load(
            candidate,
            (id, generation, alarm, detail) -> {},
            id -> runner.running(id).flatMap(base -> base.code().classLoader()));
    book.step(candidate, LifePhase.LOADED, "its classes are loaded");
    RehearsalGate.Receipt receipt;
    try {
      LoadedUnit apart =
          new LoadedUnit(
              candidate,
              runner.targets(),
              unit.code(),
              services,
              new PassingBlobs(services.blobs()),
              trials.worker(),
              trials.watchdog(),
              trials.work());
      Candidate rehearsed = new Candidate(apart, predecessor);
      receipt = judged(rehearsed);
    } finally {
      maker.discard(unit);
    }
    book.step(candidate, LifePhase.RESTORED, "instances were made to try it out");
    if (receipt.decision() == RehearsalGate.Decision.REFUSED) {
      throw new MonitorException(PLUGIN_REHEARSAL_REFUSED, Blame.PLUGIN, receipt.reason());
    }
    book.step(candidate, LifePhase.REHEARSED, receipt.reason());
    return receipt;
  }

  private RehearsalGate.Receipt judged(Candidate candidate) {
    if (lock.isEnding()) {
      throw ended();
    }
    try {
      return lock.outside(() -> gate.rehearse(candidate));
    } catch (MonitorException e) {
      throw lock.isEnding() ? ended() : e;
    } catch (RuntimeException e) {
      throw lock.isEnding() ? ended() : failed(Failures.describe(e));
    }
  }

  private static MonitorException ended() {
    return failed("the daemon ended before; the next start does it");
  }

  private static MonitorException failed(String why) {
    return new MonitorException(REHEARSAL_FAILED, Blame.MONITOR, "It was not rehearsed: " + why);
  }

  /** Loaded code, of which instances are made apart from everything that runs. */
  private record Candidate(LoadedUnit unit, Optional<CodeGeneration> predecessor)
      implements CandidateUnit {
    @Override
    public CodeGeneration generation() {
      return unit.generation();
    }

    @Override
    public List<Target> targets() {
      return unit.targets();
    }

    @Override
    public Trial trial(Target target, InstantSource clock, boolean restored) {
      return unit.trial(target, clock, restored);
    }
  }
}
