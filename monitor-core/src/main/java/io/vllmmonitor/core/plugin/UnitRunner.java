package io.vllmmonitor.core.plugin;

import static io.vllmmonitor.api.error.ErrorCode.CONFIG_UNKNOWN_KEY;
import static io.vllmmonitor.api.error.ErrorCode.GUARDRAIL_DUPLICATE_ID;
import static io.vllmmonitor.api.error.ErrorCode.PLUGIN_DEPENDENCY_MISSING;
import static io.vllmmonitor.api.error.ErrorCode.PLUGIN_DUPLICATE;

import io.vllmmonitor.api.code.CodeGeneration;
import io.vllmmonitor.api.code.LifePhase;
import io.vllmmonitor.api.error.Blame;
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
import io.vllmmonitor.core.worker.DeadlineWorker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.ToIntFunction;

/**
 * Starts, swaps and stops units and publishes their instances. What it publishes may be read by any
 * thread; everything else is guarded by the platform's lock.
 */
final class UnitRunner {
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);

  private final PlatformServices services;
  private final UnitMaker maker;
  private final StateSaver saver;
  private final LifeBook book;
  private final Ledger ledger;
  private final DeadlineWorker worker;
  private final Map<String, RunningUnit> running = new LinkedHashMap<>();
  private final Map<TargetId, TargetExtensions> targets = new LinkedHashMap<>();
  private volatile List<UnitHealth> healths = List.of();
  private volatile List<Instance> daemonInstances = List.of();
  private volatile List<Bound<TargetDiscovery>> discoveries = List.of();
  private volatile List<Bound<Learner>> learners = List.of();
  private volatile List<Bound<Notifier>> notifiers = List.of();
  private volatile List<Bound<Exporter>> exporters = List.of();

  UnitRunner(
      PlatformServices services,
      UnitMaker maker,
      LifeBook book,
      Ledger ledger,
      DeadlineWorker worker) {
    this.services = services;
    this.maker = maker;
    this.saver = new StateSaver(services);
    this.book = book;
    this.ledger = ledger;
    this.worker = worker;
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

  /** Everything that runs, each after what it depends on. */
  List<RunningUnit> all() {
    return List.copyOf(running.values());
  }

  /** The sum of something over everything that runs. Thread-safe. */
  int total(ToIntFunction<UnitHealth> number) {
    return healths.stream().mapToInt(number).sum();
  }

  /** The targets that instances were made for. */
  List<Target> targets() {
    return targets.values().stream().map(TargetExtensions::target).toList();
  }

  /**
   * Starts a generation, in place of the one of the same unit that runs, and starts again what
   * depends on it. The older ones go on until the new ones stand with all their instances, and stay
   * when one of these fails.
   *
   * @throws MonitorException why it cannot run; nothing of it is left
   */
  void start(CodeGeneration generation) {
    RunningUnit before = running.get(generation.unit());
    List<RunningUnit> replaced = new ArrayList<>();
    suspendUnfit(generation);
    if (before != null) {
      replaced.add(before);
    }
    // Without an older one too: whoever can do without it sees it from now on.
    replaced.addAll(dependents(generation.unit()));
    if (book.phase(generation).rests()) {
      book.step(generation, LifePhase.RESOLVED, generation.reason());
    }
    try {
      new Swap(services, maker, saver, book, worker, targets(), replaced, running)
          .run(
              generation,
              hash -> ledger.isNewer(generation, hash),
              made -> {
                made.forEach(unit -> running.put(unit.id(), unit));
                publish();
              });
    } catch (MonitorException e) {
      if (before == null || before.generation().generation() != generation.generation()) {
        book.step(generation, LifePhase.REJECTED, e.code(), String.valueOf(e.getMessage()));
        book.write();
      }
      throw e;
    }
  }

  /** Stops a unit after saving its state, and before it what depends on it. */
  void stop(String unit, String reason) {
    if (!running.containsKey(unit)) {
      return;
    }
    List<RunningUnit> dependents = dependents(unit);
    for (int i = dependents.size() - 1; i >= 0; i--) {
      RunningUnit dependent = dependents.get(i);
      suspend(dependent, "it depends on " + unit + ", which does not run any more", unit);
    }
    RunningUnit stopped = running.get(unit);
    if (stopped != null) {
      stopOne(stopped, reason);
    }
    book.write();
  }

  /** Stops what can do nothing with the version that comes; it waits for one that it can use. */
  private void suspendUnfit(CodeGeneration coming) {
    for (RunningUnit dependent : dependents(coming.unit())) {
      boolean fits =
          dependent
              .code()
              .descriptor()
              .map(jar -> jar.accepts(coming.unit(), coming.version()))
              .orElse(true);
      if (!fits && running.containsKey(dependent.id())) {
        String why =
            "its manifest does not accept version " + coming.version() + " of " + coming.unit();
        stop(dependent.id(), why);
        suspended(dependent, why, "a version that it accepts");
      }
    }
  }

  private void suspend(RunningUnit dependent, String why, String until) {
    stopOne(dependent, why);
    suspended(dependent, why, until);
  }

  private void suspended(RunningUnit dependent, String why, String until) {
    book.step(dependent.generation(), LifePhase.WAITING, PLUGIN_DEPENDENCY_MISSING, why);
    services
        .problems()
        .note(
            PLUGIN_DEPENDENCY_MISSING,
            Blame.OPERATOR,
            dependent.id(),
            "It was stopped, for " + why + "; it starts again when " + until + " does");
  }

  /** The instances for a target, made at the first call. */
  TargetExtensions forTarget(Target target) {
    TargetExtensions known = targets.get(target.id());
    if (known != null) {
      return known;
    }
    for (RunningUnit unit : running.values()) {
      try {
        maker.addTarget(unit, target, hash -> ledger.isNewer(unit.generation(), hash));
      } catch (MonitorException e) {
        services.problems().note(unit.id(), e);
      }
    }
    TargetExtensions made = new TargetExtensions(target, saver);
    targets.put(target.id(), made);
    publish();
    return made;
  }

  /** Stops everything, the newest unit first. */
  void stopAll() {
    List<RunningUnit> units = new ArrayList<>(running.values());
    for (int i = units.size() - 1; i >= 0; i--) {
      stopOne(units.get(i), "the daemon ends");
    }
    book.write();
  }

  /** What depends on a unit, directly or not, each after what it depends on itself. */
  List<RunningUnit> dependents(String unit) {
    Set<String> reached = new HashSet<>(Set.of(unit));
    List<RunningUnit> found = new ArrayList<>();
    boolean more = true;
    while (more) {
      more = false;
      for (RunningUnit candidate : running.values()) {
        boolean depends = candidate.code().dependencies().stream().anyMatch(reached::contains);
        if (depends && reached.add(candidate.id())) {
          found.add(candidate);
          more = true;
        }
      }
    }
    return found;
  }

  private void stopOne(RunningUnit unit, String reason) {
    unit.all().forEach(instance -> instance.pause(LONGEST_PAUSE));
    try {
      saver.savePaused(unit, worker, false);
    } catch (MonitorException e) {
      services.problems().note(unit.id(), e);
    }
    running.remove(unit.id());
    publish();
    book.step(unit.generation(), LifePhase.DRAINING, reason);
    maker.instances().closeAll(unit.all());
    maker.end(unit, reason);
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
    healths = running.values().stream().map(RunningUnit::health).toList();
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
                    + "' is unknown to it; "
                    + NearestName.hint(key, known));
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
