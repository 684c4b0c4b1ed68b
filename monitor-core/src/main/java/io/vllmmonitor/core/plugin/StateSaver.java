package io.vllmmonitor.core.plugin;

import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.extension.StateSnapshot;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * Saves what changed of some instances, in one transaction. An instance that fails is noted as a
 * problem and keeps its last good state; the others are saved. Thread-safe.
 */
final class StateSaver {
  private final PlatformServices services;

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
        changedState
            .apply(instance)
            .ifPresent(snapshot -> changed.put(instance, snapshot));
      } catch (MonitorException e) {
        services.problems().note(instance.unit(), e);
      }
    }
    if (!changed.isEmpty()) {
      services.recorder().write(entries -> changed.values().forEach(entries::state));
      changed.forEach(Instance::markSaved);
    }
  }
}
