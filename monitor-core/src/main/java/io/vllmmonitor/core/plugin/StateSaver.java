package io.vllmmonitor.core.plugin;

import static io.vllmmonitor.api.error.ErrorCode.PLUGIN_CALL_FAILED;

import io.vllmmonitor.api.code.CodeGeneration;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.extension.StateSnapshot;
import io.vllmmonitor.api.history.Recorder;
import io.vllmmonitor.core.worker.DeadlineWorker;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Saves what changed of some instances, in one transaction. An instance that fails is noted as a
 * problem and keeps its last good state; the others are saved. Thread-safe.
 */
final class StateSaver {
  private static final int MOST_KEPT = 8;

  private final PlatformServices services;

  /** From the question whether a state is still the last one until it is stored. */
  private final Object writing = new Object();

  StateSaver(PlatformServices services) {
    this.services = services;
  }

  /**
   * @throws MonitorException when the store cannot be written; then nothing was saved
   */
  void save(List<Instance> instances) {
    save(instances, instance -> instance.changedState(services.clock().instant()));
  }

  /**
   * The same without waiting for anybody: those that are being called just now are left for the
   * next call of {@link #saveAsked}.
   */
  void saveIdle(List<Instance> instances) {
    save(instances, instance -> instance.changedStateIfIdle(services.clock().instant()));
  }

  /** Saves the sets of instances that have asked for it since the last time. */
  void saveAsked(List<Instance> instances) {
    Set<ServiceScope> asked = new HashSet<>();
    for (Instance instance : instances) {
      if (instance.scope().takeSaveWanted()) {
        asked.add(instance.scope());
      }
    }
    if (asked.isEmpty()) {
      return;
    }
    try {
      saveIdle(instances.stream().filter(instance -> asked.contains(instance.scope())).toList());
    } catch (MonitorException e) {
      asked.forEach(ServiceScope::saveStillDue);
      throw e;
    }
  }

  private void save(
      List<Instance> instances, Function<Instance, Optional<StateSnapshot>> changedState) {
    Map<Instance, StateSnapshot> changed = new LinkedHashMap<>();
    for (Instance instance : instances) {
      try {
        changedState.apply(instance).ifPresent(snapshot -> changed.put(instance, snapshot));
      } catch (MonitorException e) {
        services.problems().note(instance.unit(), e);
      }
    }
    if (!changed.isEmpty()) {
      synchronized (writing) {
        // Since it was asked, a swap may have taken a later state of it, which must stay the last.
        changed.keySet().removeIf(Instance::isAtRest);
        write(changed, entries -> changed.values().forEach(entries::state));
      }
    }
  }

  private void write(Map<Instance, StateSnapshot> states, Consumer<Recorder.Entries> entries) {
    if (!states.isEmpty()) {
      services.recorder().write(entries);
      states.forEach(Instance::markSaved);
    }
  }

  /**
   * Saves what a unit has in the moment of a swap; its instances are paused. Those that cannot be
   * asked keep what was saved of them last.
   *
   * @param worker asks the instances
   * @param keep whether a copy is kept for the day on which this generation comes back
   * @throws MonitorException when the store cannot be written; then nothing was saved
   */
  void savePaused(RunningUnit unit, DeadlineWorker worker, boolean keep) {
    Map<Instance, StateSnapshot> states = new LinkedHashMap<>();
    for (Instance instance : unit.all()) {
      try {
        Failures.run(
                worker,
                PLUGIN_CALL_FAILED,
                instance.name() + " of " + unit.id() + ": saveState()",
                () -> instance.pausedState(services.clock().instant()))
            .ifPresent(snapshot -> states.put(instance, snapshot));
      } catch (MonitorException e) {
        services.problems().note(unit.id(), e);
      }
    }
    synchronized (writing) {
      write(
          states,
          entries ->
              states.forEach(
                  (instance, snapshot) -> {
                    if (!instance.isSaved(snapshot)) {
                      entries.state(snapshot);
                    }
                    if (keep) {
                      entries.state(kept(snapshot, unit.generation()));
                    }
                  }));
    }
  }

  /**
   * The name under which the last state of a generation is kept; no unit is called so. The newest
   * eight generations of a unit are kept; whoever reads compares the hash.
   */
  static String keptUnder(CodeGeneration generation) {
    return generation.unit() + "@" + generation.generation() % MOST_KEPT;
  }

  private static StateSnapshot kept(StateSnapshot snapshot, CodeGeneration generation) {
    return new StateSnapshot(
        snapshot.extension(),
        snapshot.target(),
        keptUnder(generation),
        snapshot.codeHash(),
        snapshot.stateVersion(),
        snapshot.savedAt(),
        snapshot.fields());
  }
}
