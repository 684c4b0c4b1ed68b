package io.vllmmonitor.core.plugin;

import io.vllmmonitor.api.code.CodeGeneration;
import io.vllmmonitor.api.target.TargetId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** One generation of code that runs, with all of its instances. Guarded by the platform's lock. */
final class RunningUnit {
  private final CodeGeneration generation;
  private final UnitCode code;
  private final CallWatch watch;
  private final Map<TargetId, List<Instance>> targetInstances = new HashMap<>();
  private List<Instance> daemonInstances = List.of();

  RunningUnit(CodeGeneration generation, UnitCode code, CallWatch watch) {
    this.generation = generation;
    this.code = code;
    this.watch = watch;
  }

  CodeGeneration generation() {
    return generation;
  }

  String id() {
    return generation.unit();
  }

  UnitCode code() {
    return code;
  }

  CallWatch watch() {
    return watch;
  }

  UnitHealth health() {
    return watch.health();
  }

  /** Replaces the instances for a target. */
  void put(TargetId target, List<Instance> instances) {
    targetInstances.put(target, List.copyOf(instances));
  }

  /** Replaces the instances that exist once per daemon. */
  void putForDaemon(List<Instance> instances) {
    daemonInstances = List.copyOf(instances);
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

  /** The instance of the same name for the same target, or for the daemon. */
  Optional<Instance> counterpart(String name, @Nullable TargetId target) {
    List<Instance> among = target == null ? daemonInstances : forTarget(target);
    return among.stream().filter(instance -> instance.name().equals(name)).findFirst();
  }

  /** What it brings, as {@code kind:id}, sorted. */
  List<String> names() {
    Set<String> names = new TreeSet<>();
    all().forEach(instance -> names.add(instance.name()));
    return List.copyOf(names);
  }
}
