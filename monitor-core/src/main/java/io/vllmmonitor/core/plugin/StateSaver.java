package io.vllmmonitor.core.plugin;

import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.extension.StateSnapshot;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

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
    Map<Instance, StateSnapshot> changed = new LinkedHashMap<>();
    for (Instance instance : instances) {
      try {
        instance
            .changedState(services.clock().instant())
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
