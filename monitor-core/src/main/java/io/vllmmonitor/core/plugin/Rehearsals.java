package io.vllmmonitor.core.plugin;

import static io.vllmmonitor.api.error.ErrorCode.PLUGIN_REHEARSAL_REFUSED;

import io.vllmmonitor.api.code.CodeGeneration;
import io.vllmmonitor.api.code.LifePhase;
import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.guardrail.Guardrail;
import io.vllmmonitor.api.prediction.FailurePredictor;
import io.vllmmonitor.api.target.Target;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Lets the gate try new code out, with instances apart from everything that runs. Begun under the
 * platform's lock, which is let go while the gate works.
 */
final class Rehearsals {
  private final UnitMaker maker;
  private final LifeBook book;
  private final PlatformLock lock;
  private final RehearsalGate gate;
  private final UnitRunner runner;

  Rehearsals(
      UnitMaker maker, LifeBook book, PlatformLock lock, RehearsalGate gate, UnitRunner runner) {
    this.maker = maker;
    this.book = book;
    this.lock = lock;
    this.gate = gate;
    this.runner = runner;
  }

  /** Whether there is a gate at all. */
  boolean any() {
    return gate != RehearsalGate.open();
  }

  /**
   * Tries a candidate out, which must be recorded already so that it can be told when it kills the
   * JVM.
   *
   * @throws MonitorException PLUGIN_REHEARSAL_REFUSED, or why it cannot be loaded
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
      Candidate rehearsed = new Candidate(unit, predecessor, runner.targets());
      receipt = lock.outside(() -> gate.rehearse(rehearsed));
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

  /** Loaded code and what can be made of it. */
  private final class Candidate implements CandidateUnit {
    private final RunningUnit unit;
    private final Optional<CodeGeneration> predecessor;
    private final List<Target> forTargets;

    Candidate(RunningUnit unit, Optional<CodeGeneration> predecessor, List<Target> forTargets) {
      this.unit = unit;
      this.predecessor = predecessor;
      this.forTargets = forTargets;
    }

    @Override
    public CodeGeneration generation() {
      return unit.generation();
    }

    @Override
    public Optional<CodeGeneration> predecessor() {
      return predecessor;
    }

    @Override
    public List<Target> targets() {
      return forTargets;
    }

    @Override
    public Trial trial(Target target, InstantSource clock, boolean restored) {
      Supplier<List<Instance>> fresh = () -> maker.instances().forRehearsal(unit, target, clock);
      List<Instance> made = fresh.get();
      if (restored) {
        made = maker.instances().restore(unit, made, fresh, hash -> false);
      }
      return new Trying(made, maker.instances());
    }
  }

  /** Instances behind gates of their own. */
  private record Trying(List<Instance> instances, InstanceMaker maker)
      implements CandidateUnit.Trial {
    @Override
    public List<Guardrail> guardrails() {
      return of(Guardrail.class);
    }

    @Override
    public List<FailurePredictor> predictors() {
      return of(FailurePredictor.class);
    }

    @Override
    public void close() {
      maker.closeAll(instances);
    }

    private <E> List<E> of(Class<E> type) {
      List<E> found = new ArrayList<>();
      for (Instance instance : instances) {
        if (type.isInstance(instance.extension())) {
          found.add(type.cast(instance.extension()));
        }
      }
      return List.copyOf(found);
    }
  }
}
