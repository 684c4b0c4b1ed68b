package io.vllmmonitor.core.plugin;

import io.vllmmonitor.api.code.CodeGeneration;
import io.vllmmonitor.api.target.TargetId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** One generation of code that runs, with all of its instances. Guarded by the platform's lock. */
final class RunningUnit {
  private final CodeGeneration generation;
  private final UnitCode code;
  private final List<Instance> daemonInstances;
  private final Map<TargetId, List<Instance>> targetInstances = new HashMap<>();

  RunningUnit(CodeGeneration generation, UnitCode code, List<Instance> daemonInstances) {
    this.generation = generation;
    this.code = code;
    this.daemonInstances = List.copyOf(daemonInstances);
  }

  CodeGeneration generation() {
    return generation;
  }

  UnitCode code() {
    return code;
  }

  void put(TargetId target, List<Instance> instances) {
    targetInstances.put(target, List.copyOf(instances));
  }

  /** Empty where the unit could not make any for this target. */
  List<Instance> forTarget(TargetId target) {
    return targetInstances.getOrDefault(target, List.of());
  }

  List<Instance> forDaemon() {
    return daemonInstances;
  }

  List<Instance> all() {
    List<Instance> all = new ArrayList<>(daemonInstances);
    targetInstances.values().forEach(all::addAll);
    return all;
  }

  /** What it brings, as {@code kind:id}, sorted. */
  List<String> names() {
    Set<String> names = new TreeSet<>();
    all().forEach(instance -> names.add(instance.name()));
    return List.copyOf(names);
  }
}
