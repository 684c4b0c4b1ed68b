package io.vllmmonitor.core.plugin;

import static io.vllmmonitor.api.error.ErrorCode.CONFIG_UNKNOWN_KEY;
import static io.vllmmonitor.api.error.ErrorCode.GUARDRAIL_DUPLICATE_ID;
import static io.vllmmonitor.api.error.ErrorCode.PLUGIN_DUPLICATE;

import io.vllmmonitor.api.code.CodeGeneration;
import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.learning.Learner;
import io.vllmmonitor.api.notify.Exporter;
import io.vllmmonitor.api.notify.Notifier;
import io.vllmmonitor.api.source.TargetDiscovery;
import io.vllmmonitor.api.target.Target;
import io.vllmmonitor.api.target.TargetId;
import io.vllmmonitor.core.config.NearestName;
import io.vllmmonitor.core.extension.Bound;
import io.vllmmonitor.core.jar.JarDescriptor;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * Starts, swaps and stops units and publishes their instances. What it publishes may be read by any
 * thread; everything else is guarded by the platform's lock.
 */
final class UnitRunner {
  private final PlatformServices services;
  private final CodeLoader loader;
  private final InstanceMaker maker;
  private final StateSaver saver;
  private final Map<String, RunningUnit> running = new LinkedHashMap<>();
  private final Map<TargetId, TargetExtensions> targets = new LinkedHashMap<>();
  private volatile List<Instance> daemonInstances = List.of();
  private volatile List<Bound<TargetDiscovery>> discoveries = List.of();
  private volatile List<Bound<Learner>> learners = List.of();
  private volatile List<Bound<Notifier>> notifiers = List.of();
  private volatile List<Bound<Exporter>> exporters = List.of();

  UnitRunner(PlatformServices services, CodeLoader loader, InstanceMaker maker, StateSaver saver) {
    this.services = services;
    this.loader = loader;
    this.maker = maker;
    this.saver = saver;
  }

  List<Bound<TargetDiscovery>> discoveries() {
    return discoveries;
  }

  List<Bound<Learner>> learners() {
    return learners;
  }

  List<Bound<Notifier>> notifiers() {
    return notifiers;
  }

  List<Bound<Exporter>> exporters() {
    return exporters;
  }

  /** Does not wait for a notifier or an exporter that is sending; it is saved the next time. */
  void saveDaemonStates() {
    saver.saveIdle(daemonInstances);
  }

  void saveAskedDaemonStates() {
    saver.saveAsked(daemonInstances);
  }

  Optional<RunningUnit> running(String unit) {
    return Optional.ofNullable(running.get(unit));
  }

  /** What the jars that run say of themselves, by id. */
  Map<String, JarDescriptor> jars() {
    Map<String, JarDescriptor> jars = new LinkedHashMap<>();
    running
        .values()
        .forEach(unit -> unit.code().descriptor().ifPresent(jar -> jars.put(jar.id(), jar)));
    return jars;
  }

  /**
   * Starts a generation, in place of the one of the same unit that runs. The older one goes on
   * until the new one stands with all its instances, and stays when the new one fails.
   *
   * @throws MonitorException why it cannot run; nothing of it is left
   */
  void start(CodeGeneration generation) {
    RunningUnit before = running.get(generation.unit());
    if (before != null) {
      saveOrNote(before);
    }
    RunningUnit started = make(generation);
    running.put(generation.unit(), started);
    publish();
    if (before != null) {
      end(before);
    }
  }

  /** Stops a unit after saving its state; does nothing when it does not run. */
  void stop(String unit) {
    RunningUnit stopped = running.remove(unit);
    if (stopped != null) {
      saveOrNote(stopped);
      publish();
      end(stopped);
    }
  }

  /** The instances for a target, made at the first call. */
  TargetExtensions forTarget(Target target) {
    TargetExtensions known = targets.get(target.id());
    if (known != null) {
      return known;
    }
    for (RunningUnit unit : running.values()) {
      try {
        unit.put(target.id(), maker.make(unit.generation(), unit.code(), target));
      } catch (MonitorException e) {
        services.problems().note(unit.generation().unit(), e);
      }
    }
    TargetExtensions made = new TargetExtensions(target, saver);
    targets.put(target.id(), made);
    publish();
    return made;
  }

  /** Stops everything, the newest unit first. */
  void stopAll() {
    List<String> units = new ArrayList<>(running.keySet());
    for (int i = units.size() - 1; i >= 0; i--) {
      stop(units.get(i));
    }
  }

  private RunningUnit make(CodeGeneration generation) {
    UnitCode code =
        loader.load(generation, id -> running(id).flatMap(unit -> unit.code().classLoader()));
    List<Instance> made = new ArrayList<>();
    try {
      List<Instance> forDaemon = maker.make(generation, code, null);
      made.addAll(forDaemon);
      RunningUnit unit = new RunningUnit(generation, code, forDaemon);
      for (TargetExtensions target : targets.values()) {
        List<Instance> forTarget = maker.make(generation, code, target.target());
        made.addAll(forTarget);
        unit.put(target.target().id(), forTarget);
      }
      return unit;
    } catch (MonitorException e) {
      maker.closeAll(made);
      code.close();
      throw e;
    }
  }

  private void end(RunningUnit unit) {
    maker.closeAll(unit.all());
    try {
      unit.code().close();
    } catch (RuntimeException e) {
      services
          .problems()
          .note(
              ErrorCode.INTERNAL,
              Blame.MONITOR,
              unit.generation().unit(),
              "It could not be unloaded: " + Failures.describe(e));
    }
  }

  private void saveOrNote(RunningUnit unit) {
    try {
      saver.save(unit.all());
    } catch (MonitorException e) {
      services.problems().note(unit.generation().unit(), e);
    }
  }

  private void publish() {
    Set<String> duplicates = new HashSet<>();
    for (TargetExtensions target : targets.values()) {
      target.replace(unique(unit -> unit.forTarget(target.target().id()), duplicates));
    }
    List<Instance> forDaemon = unique(RunningUnit::forDaemon, duplicates);
    discoveries =
        TargetExtensions.select(forDaemon, ExtensionKind.DISCOVERY, TargetDiscovery.class);
    learners = TargetExtensions.select(forDaemon, ExtensionKind.LEARNER, Learner.class);
    notifiers = TargetExtensions.select(forDaemon, ExtensionKind.NOTIFIER, Notifier.class);
    exporters = TargetExtensions.select(forDaemon, ExtensionKind.EXPORTER, Exporter.class);
    daemonInstances = forDaemon;
    if (!targets.isEmpty()) {
      running.values().forEach(this::checkSettings);
    }
    for (String unit : running.keySet()) {
      if (!duplicates.contains(unit)) {
        services.problems().clear(GUARDRAIL_DUPLICATE_ID, unit);
        services.problems().clear(PLUGIN_DUPLICATE, unit);
      }
    }
  }

  /** A key that nothing in the unit understands is probably misspelt. */
  private void checkSettings(RunningUnit unit) {
    if (unit.all().isEmpty()) {
      return;
    }
    String id = unit.generation().unit();
    Set<String> known = new HashSet<>(unit.code().defaults().keys());
    known.add(AllowedServers.KEY);
    unit.all().forEach(instance -> known.addAll(instance.configKeys()));
    services.problems().clear(CONFIG_UNKNOWN_KEY, id);
    for (String key : services.settings().apply(id).keys()) {
      if (!known.contains(key)) {
        services
            .problems()
            .note(
                CONFIG_UNKNOWN_KEY,
                Blame.OPERATOR,
                id,
                "Configuration key '"
                    + key
                    + "' is unknown to it"
                    + NearestName.of(key, known)
                        .map(name -> "; did you mean '" + name + "'?")
                        .orElse("; it takes no configuration"));
      }
    }
  }

  private List<Instance> unique(
      Function<RunningUnit, List<Instance>> instances, Set<String> duplicates) {
    Map<String, Instance> unique = new LinkedHashMap<>();
    for (RunningUnit unit : running.values()) {
      for (Instance instance : instances.apply(unit)) {
        Instance first = unique.putIfAbsent(instance.name(), instance);
        if (first != null) {
          duplicates.add(instance.unit());
          noteDuplicate(first, instance);
        }
      }
    }
    return List.copyOf(unique.values());
  }

  private void noteDuplicate(Instance first, Instance second) {
    services
        .problems()
        .note(
            second.kind() == ExtensionKind.GUARDRAIL ? GUARDRAIL_DUPLICATE_ID : PLUGIN_DUPLICATE,
            Blame.PLUGIN,
            second.unit(),
            "Its "
                + second.kind().word()
                + " '"
                + second.id()
                + "' is not used: "
                + first.unit()
                + " brings one of that id already; give it another id or disable one of the two");
  }
}
