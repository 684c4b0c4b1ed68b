package io.vllmmonitor.core.plugin;

import static io.vllmmonitor.api.error.ErrorCode.INTERNAL;
import static io.vllmmonitor.api.error.ErrorCode.PLUGIN_BREAKER_OPEN;
import static io.vllmmonitor.api.error.ErrorCode.PLUGIN_LEFTOVERS;

import io.vllmmonitor.api.code.CodeGeneration;
import io.vllmmonitor.api.code.CodeKind;
import io.vllmmonitor.api.code.LifePhase;
import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.target.Target;
import io.vllmmonitor.core.telemetry.OwnMetrics;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Brings units into memory and out of it again, step by step. What goes in is noted as a suspect
 * until it stands; what goes out is looked after until it is gone. Guarded by the platform's lock.
 */
final class UnitMaker {
  private final PlatformServices services;
  private final CodeLoader loader;
  private final InstanceMaker instances;
  private final LifeBook book;
  private final CallWatches watches;
  private final UnloadWatch unloads;

  /**
   * What the calls of all units are watched with. Immutable.
   *
   * @param alarms hears of units that need attention
   */
  record CallWatches(
      Watchdog watchdog, SuspectJournal suspects, UnitHealth.Alarms alarms, OwnMetrics metrics) {}

  UnitMaker(
      PlatformServices services,
      CodeLoader loader,
      InstanceMaker instances,
      LifeBook book,
      CallWatches watches,
      UnloadWatch unloads) {
    this.services = services;
    this.loader = loader;
    this.instances = instances;
    this.book = book;
    this.watches = watches;
    this.unloads = unloads;
  }

  InstanceMaker instances() {
    return instances;
  }

  /** Everything that code of a unit does for the first time is noted here. */
  Suspects suspects(CodeGeneration generation) {
    // A bundled jar is part of the daemon: one that kills the JVM is a defect of the daemon.
    return generation.kind() == CodeKind.BUNDLED_JAR ? Suspects.NONE : watches.suspects();
  }

  /**
   * Loads code and makes all its instances, fresh.
   *
   * @param bases the loaders of the units that it may depend on, by id
   * @throws MonitorException why it cannot run; nothing of it is left
   */
  RunningUnit make(
      CodeGeneration generation,
      Collection<Target> targets,
      Function<String, Optional<ClassLoader>> bases) {
    return suspects(generation)
        .during(generation.codeHash(), "its start", () -> fresh(generation, targets, bases));
  }

  private RunningUnit fresh(
      CodeGeneration generation,
      Collection<Target> targets,
      Function<String, Optional<ClassLoader>> bases) {
    RunningUnit unit = load(generation, watches.alarms(), bases);
    try {
      unit.putForDaemon(instances.construct(unit, null));
      for (Target target : targets) {
        unit.put(target.id(), instances.construct(unit, target));
      }
      return unit;
    } catch (MonitorException e) {
      discard(unit);
      throw e;
    }
  }

  /** Loads code, without instances. */
  RunningUnit load(
      CodeGeneration generation,
      UnitHealth.Alarms alarms,
      Function<String, Optional<ClassLoader>> bases) {
    UnitCode code = loader.load(generation, bases);
    UnitHealth health =
        new UnitHealth(
            generation.unit(),
            generation.generation(),
            alarms,
            services.clock(),
            watches.metrics());
    return new RunningUnit(
        generation,
        code,
        new CallWatch(
            generation.codeHash(), health, watches.watchdog(), suspects(generation), false));
  }

  /** Gives all instances of a unit the state that was saved. */
  void restore(RunningUnit unit, Collection<Target> targets, Predicate<String> isNewer) {
    Boolean unused =
        suspects(unit.generation())
            .during(
                unit.generation().codeHash(),
                "its restore",
                () -> {
                  restored(unit, targets, isNewer);
                  return Boolean.TRUE;
                });
  }

  private void restored(RunningUnit unit, Collection<Target> targets, Predicate<String> isNewer) {
    unit.putForDaemon(
        instances.restore(unit, unit.forDaemon(), () -> instances.construct(unit, null), isNewer));
    for (Target target : targets) {
      unit.put(
          target.id(),
          instances.restore(
              unit, unit.forTarget(target.id()), () -> instances.construct(unit, target), isNewer));
    }
    instances.declareMetrics(unit.all());
  }

  /** The instances of a running unit for a target that is new, with their state. */
  void addTarget(RunningUnit unit, Target target, Predicate<String> isNewer) {
    Boolean unused =
        suspects(unit.generation())
            .during(
                unit.generation().codeHash(),
                "its start for " + target.id(),
                () -> {
                  added(unit, target, isNewer);
                  return Boolean.TRUE;
                });
  }

  private void added(RunningUnit unit, Target target, Predicate<String> isNewer) {
    List<Instance> made =
        instances.restore(
            unit,
            instances.construct(unit, target),
            () -> instances.construct(unit, target),
            isNewer);
    try {
      instances.declareMetrics(made);
    } catch (MonitorException e) {
      instances.closeAll(made);
      throw e;
    }
    unit.put(target.id(), made);
  }

  /** Takes a unit out of memory that never ran. */
  void discard(RunningUnit unit) {
    instances.closeAll(unit.all());
    unload(unit);
  }

  /** Takes a unit out of memory whose instances are cut off and closed. */
  void end(RunningUnit unit, String reason) {
    unload(unit);
    services.problems().clear(PLUGIN_BREAKER_OPEN, unit.id());
    book.step(unit.generation(), LifePhase.UNLOADED, reason);
  }

  private void unload(RunningUnit unit) {
    List<ClassLoader> loaders = new ArrayList<>();
    unit.code().classLoader().ifPresent(loaders::add);
    try {
      unit.code().close();
    } catch (RuntimeException e) {
      services
          .problems()
          .note(
              INTERNAL,
              Blame.MONITOR,
              unit.id(),
              "It could not be unloaded: " + Failures.describe(e));
    }
    for (ClassLoader gone : loaders) {
      List<String> left = Leftovers.end(gone);
      if (!left.isEmpty()) {
        services
            .problems()
            .note(
                PLUGIN_LEFTOVERS,
                Blame.PLUGIN,
                unit.id(),
                "It was closed but left behind: "
                    + String.join(", ", left)
                    + "; end in close() what the plugin has begun");
      }
      unloads.watch(unit.id(), gone);
    }
  }
}
