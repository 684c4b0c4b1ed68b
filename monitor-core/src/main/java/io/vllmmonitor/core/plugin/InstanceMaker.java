package io.vllmmonitor.core.plugin;

import static io.vllmmonitor.api.error.ErrorCode.PLUGIN_CALL_FAILED;
import static io.vllmmonitor.api.error.ErrorCode.PLUGIN_STATE_RESTORE;

import io.vllmmonitor.api.code.CodeGeneration;
import io.vllmmonitor.api.code.CodeStatus;
import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.extension.StateSnapshot;
import io.vllmmonitor.api.history.History;
import io.vllmmonitor.api.source.MetricsSource;
import io.vllmmonitor.api.target.Target;
import io.vllmmonitor.core.worker.DeadlineWorker;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Makes the instances of one unit for one target or for the daemon, and restores their state. A
 * state that cannot be restored is set aside as a blob, reported, and the instance starts fresh.
 * Guarded by the platform's lock.
 */
final class InstanceMaker {
  private final PlatformServices services;
  private final DeadlineWorker worker;
  private final ContextFactory contexts;
  private final Promotions promotions;
  private final InstanceLife life;

  InstanceMaker(
      PlatformServices services,
      DeadlineWorker worker,
      ContextFactory contexts,
      Promotions promotions) {
    this.services = services;
    this.worker = worker;
    this.contexts = contexts;
    this.promotions = promotions;
    this.life = new InstanceLife(worker, services.problems());
  }

  /**
   * Makes the instances, fresh.
   *
   * @param target null for the kinds that exist once per daemon
   * @throws MonitorException when the code throws, is late, or answers something unusable; nothing
   *     is left open then
   */
  List<Instance> construct(RunningUnit unit, @Nullable Target target) {
    UnitContext context = contexts.make(unit.id(), target, unit.code().defaults());
    List<Instance> made = List.of();
    try {
      made = construct(unit, target, context);
      return made;
    } finally {
      // Nobody is left who could close them later.
      if (made.isEmpty()) {
        life.release(context.scope());
      }
    }
  }

  /**
   * Gives instances the state that was saved. One whose state cannot be restored starts fresh.
   *
   * @param made fresh
   * @param again makes them again, fresh; since a failed restore may have left traces
   * @param isNewer whether content of this hash belongs to a later generation of the unit
   * @return the instances to use, all of them
   * @throws MonitorException when the store cannot be read or they cannot be made again; all are
   *     closed then
   */
  List<Instance> restore(
      RunningUnit unit,
      List<Instance> made,
      Supplier<List<Instance>> again,
      Predicate<String> isNewer) {
    Set<String> startFresh = new HashSet<>();
    List<Instance> instances = made;
    try {
      while (true) {
        Instance unrestored = restore(unit, instances, isNewer, startFresh);
        if (unrestored == null) {
          return instances;
        }
        startFresh.add(unrestored.name());
        closeAll(instances);
        instances = again.get();
      }
    } catch (RuntimeException e) {
      closeAll(instances); // they belong to nobody
      throw e;
    }
  }

  /**
   * The families that sources declare are known from now on.
   *
   * @throws MonitorException what a source throws that is asked for them
   */
  void declareMetrics(List<Instance> made) {
    for (Instance instance : made) {
      if (instance.extension() instanceof MetricsSource source) {
        services
            .metrics()
            .add(
                Failures.run(
                    worker,
                    PLUGIN_CALL_FAILED,
                    instance.name() + " of " + instance.unit() + ": metrics()",
                    source::metrics));
      }
    }
  }

  /** Cuts instances off, closes them and ends their services; what they throw is a problem. */
  void closeAll(List<Instance> instances) {
    closeAll(instances, instance -> null);
  }

  /**
   * The same, with others that take their calls from now on.
   *
   * @param successor of an instance; null where it has none
   */
  void closeAll(List<Instance> instances, Function<Instance, @Nullable Instance> successor) {
    life.close(instances, successor);
  }

  private List<Instance> construct(RunningUnit unit, @Nullable Target target, UnitContext context) {
    CodeGeneration generation = unit.generation();
    UnitCode code = unit.code();
    Stage stage = target == null ? Stage.ACT : promotions.stage(generation, target.mode());
    boolean shadow =
        target == null ? generation.status() == CodeStatus.SHADOW : stage == Stage.SHADOW;
    return life.make(
        "Unit " + unit.id() + " for " + (target == null ? "the daemon" : target.id()),
        () -> target == null ? code.forDaemon(context) : code.forTarget(context),
        new InstanceLife.Role(
            generation,
            target,
            shadow,
            stage == Stage.ADVISE,
            context.configuration(),
            unit.watch()),
        context.scope());
  }

  private @Nullable Instance restore(
      RunningUnit unit, List<Instance> made, Predicate<String> isNewer, Set<String> startFresh) {
    for (Instance instance : made) {
      if (startFresh.contains(instance.name())) {
        continue;
      }
      Optional<StateSnapshot> saved = saved(unit, instance, isNewer);
      if (saved.isPresent() && !restored(instance, saved.get())) {
        return instance;
      }
    }
    return null;
  }

  /** What was saved last; of a later generation only where this one has kept nothing itself. */
  private Optional<StateSnapshot> saved(
      RunningUnit unit, Instance instance, Predicate<String> isNewer) {
    History history = services.history();
    Optional<StateSnapshot> newest = history.state(instance.id(), unit.id(), instance.target());
    if (newest.isEmpty() || !isNewer.test(newest.get().codeHash())) {
      return newest;
    }
    return history
        .state(instance.id(), StateSaver.keptUnder(unit.generation()), instance.target())
        .filter(kept -> kept.codeHash().equals(unit.generation().codeHash()))
        .or(() -> newest);
  }

  private boolean restored(Instance instance, StateSnapshot snapshot) {
    try {
      life.restore(instance, snapshot);
      return true;
    } catch (MonitorException e) {
      String kept = services.blobs().put(snapshot.fields().getBytes(StandardCharsets.UTF_8));
      services
          .problems()
          .note(
              PLUGIN_STATE_RESTORE,
              Blame.PLUGIN,
              instance.unit(),
              e.getMessage() + ". It starts fresh; the old state is kept as blob " + kept);
      return false;
    }
  }
}
