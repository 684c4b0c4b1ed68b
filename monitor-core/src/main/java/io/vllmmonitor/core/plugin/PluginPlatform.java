package io.vllmmonitor.core.plugin;

import static io.vllmmonitor.api.error.ErrorCode.GUARDRAIL_SOURCE_TOO_LARGE;
import static io.vllmmonitor.api.error.ErrorCode.GUARDRAIL_SOURCE_UNREADABLE;
import static io.vllmmonitor.api.error.ErrorCode.PLUGIN_JAR_UNREADABLE;
import static io.vllmmonitor.api.error.ErrorCode.PLUGIN_NOT_FOUND;
import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.code.CodeGeneration;
import io.vllmmonitor.api.code.CodeKind;
import io.vllmmonitor.api.code.CodeStatus;
import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.history.RestoreReport;
import io.vllmmonitor.api.learning.Learner;
import io.vllmmonitor.api.notify.Exporter;
import io.vllmmonitor.api.notify.Notifier;
import io.vllmmonitor.api.source.TargetDiscovery;
import io.vllmmonitor.api.target.Target;
import io.vllmmonitor.api.target.TargetMode;
import io.vllmmonitor.core.config.NearestName;
import io.vllmmonitor.core.extension.Bound;
import io.vllmmonitor.core.extension.ExtensionCatalog;
import io.vllmmonitor.core.extension.ExtensionSet;
import io.vllmmonitor.core.folder.DropFolder;
import io.vllmmonitor.core.folder.FolderChanges;
import io.vllmmonitor.core.folder.FolderScanner;
import io.vllmmonitor.core.folder.FolderWatch;
import io.vllmmonitor.core.jar.Approval;
import io.vllmmonitor.core.jar.JarResolver;
import io.vllmmonitor.core.script.SourceCompiler;
import io.vllmmonitor.core.worker.DeadlineWorker;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * All code that is not the core's own: bundled jars, dropped jars and dropped guardrail sources.
 * Use: construct, {@link #boot} once, {@link #watch}, and {@link #close} at the end. Thread-safe:
 * one lock guards every change, and code of plugins runs under it on workers with a deadline of 10
 * s; what is published is read without the lock.
 */
public final class PluginPlatform
    implements ExtensionCatalog, PluginDirectory, GuardrailPromotion, AutoCloseable {
  private static final Duration DEADLINE = Duration.ofSeconds(10);
  private static final int MOST_ABANDONED = 4;
  private static final int LARGEST_JAR = 64 << 20;

  private final ReentrantLock lock = new ReentrantLock();
  private final PlatformServices services;
  private final PlatformFolders folders;
  private final Ledger ledger;
  private final CodeLoader loader;
  private final Promotions promotions;
  private final ContextFactory contexts;
  private final UnitRunner runner;
  private final JarGate gate;
  private final UnitListing listing;
  private final Arrivals arrivals;
  private final Revival revival;
  private final SectionCheck sections;
  private final FolderScanner jars;
  private final DropFolder sources;

  /** Files that are taken in once something else has changed, by name. */
  private final Map<String, BooleanSupplier> waiting = new HashMap<>();

  private volatile List<PluginSummary> summaries = List.of();
  private @Nullable FolderWatch watch;

  public PluginPlatform(PlatformFolders folders, PlatformServices services) {
    this(folders, services, DEADLINE);
  }

  PluginPlatform(PlatformFolders folders, PlatformServices services, Duration deadline) {
    this.folders = requireNonNull(folders, "folders");
    this.services = requireNonNull(services, "services");
    DeadlineWorker worker = new DeadlineWorker("plugin-call", deadline, MOST_ABANDONED);
    this.ledger = new Ledger(services);
    this.loader = new CodeLoader(services, folders.work(), worker);
    this.promotions = new Promotions(services, folders.autoPromote());
    this.contexts = new ContextFactory(services);
    this.runner =
        new UnitRunner(
            services,
            loader,
            new InstanceMaker(services, worker, contexts, promotions),
            new StateSaver(services));
    this.gate = new JarGate(services, folders, loader, runner);
    this.listing = new UnitListing(ledger, runner, gate);
    this.arrivals = new Arrivals(services, ledger, runner, gate, new SourceCompiler());
    this.revival = new Revival(services, ledger, runner, arrivals, gate);
    this.sections = new SectionCheck(services);
    this.jars = new FolderScanner(folders.plugins(), ".jar", LARGEST_JAR);
    this.sources = SourceFolders.of(folders);
  }

  /**
   * Brings back what ran before, from the store alone, and takes the bundled jars in. Call once,
   * before targets are asked for.
   *
   * @return what came back and what did not, one item per unit
   */
  public List<RestoreReport.Item> boot() {
    return locked(
        () -> {
          List<RestoreReport.Item> items =
              new Boot(services, ledger, runner, arrivals, loader, gate, this::isThere)
                  .run(folders.bundled());
          for (String unit : ledger.units()) {
            ledger.current(unit).ifPresent(this::makeKnown);
            ledger.newest(unit).ifPresent(this::expect);
          }
          return items;
        });
  }

  /** Starts the thread that looks at the drop folders, at every change and every second. */
  public void watch() {
    locked(
        () -> {
          if (watch == null) {
            watch =
                new FolderWatch(
                    "plugin-folders",
                    List.of(folders.plugins(), folders.guardrails(), folders.extensions()),
                    () -> scan(services.clock().instant()));
          }
          return Boolean.TRUE;
        });
  }

  /**
   * Looks at the drop folders once and takes in what has settled.
   *
   * @return whether something is still settling, so that another look is wanted soon
   */
  public boolean scan(Instant now) {
    return locked(
        () -> {
          waiting
              .entrySet()
              .removeIf(
                  entry -> {
                    boolean ready = entry.getValue().getAsBoolean();
                    if (ready) {
                      jars.forget(entry.getKey());
                    }
                    return ready;
                  });
          apply(CodeKind.JAR, jars, jars.scan(now));
          apply(CodeKind.SOURCE, sources, sources.scan(now));
          boolean settling = jars.isSettling() || sources.isSettling();
          if (!settling) {
            // Whatever is going to be there at the start is there now.
            sections.check(ledger.units());
          }
          return settling;
        });
  }

  @Override
  public ExtensionSet forTarget(Target target) {
    return locked(() -> runner.forTarget(target));
  }

  @Override
  public List<Bound<TargetDiscovery>> discoveries() {
    return runner.discoveries();
  }

  @Override
  public List<Bound<Learner>> learners() {
    return runner.learners();
  }

  @Override
  public List<Bound<Notifier>> notifiers() {
    return runner.notifiers();
  }

  @Override
  public List<Bound<Exporter>> exporters() {
    return runner.exporters();
  }

  @Override
  public void saveDaemonStates() {
    runner.saveDaemonStates();
  }

  @Override
  public void saveAskedDaemonStates() {
    runner.saveAskedDaemonStates();
  }

  @Override
  public List<PluginSummary> plugins() {
    return summaries;
  }

  @Override
  public PluginSummary disable(String unit) {
    return locked(
        () -> {
          CodeGeneration current = find(unit);
          if (current.status() != CodeStatus.DISABLED) {
            ledger.record(current, CodeStatus.DISABLED, "disabled by the operator");
            runner.stop(unit);
          }
          return listing.of(unit);
        });
  }

  @Override
  public PluginSummary enable(String unit) {
    return locked(
        () -> {
          find(unit);
          revival.enable(unit);
          return listing.of(unit);
        });
  }

  @Override
  public PluginSummary promote(String unit, Stage stage, String why) {
    return locked(
        () -> {
          CodeGeneration current =
              runner.running(unit).map(RunningUnit::generation).orElseThrow(() -> unknown(unit));
          promotions.decide(current, stage);
          CodeStatus status = stage == Stage.SHADOW ? CodeStatus.SHADOW : CodeStatus.ACTIVE;
          runner.start(ledger.record(current, status, why));
          return listing.of(unit);
        });
  }

  @Override
  public Stage stage(String unit, TargetMode mode) {
    return locked(
        () ->
            promotions.stage(
                ledger.current(unit).orElseThrow(() -> unknown(unit)), mode));
  }

  @Override
  public Approval approve(String unit) {
    return locked(() -> gate.approve(unit));
  }

  /**
   * Loads code for trials beside what runs.
   *
   * @param work for copies of jars
   */
  public TrialUnits trialUnits(Path work) {
    return new TrialUnits(services, work, this::classLoader);
  }

  /** Saves all states, closes and unloads everything. */
  @Override
  public void close() {
    FolderWatch watching = locked(() -> Optional.ofNullable(watch)).orElse(null);
    if (watching != null) {
      watching.close();
    }
    locked(
        () -> {
          runner.stopAll();
          return Boolean.TRUE;
        });
    contexts.close();
  }

  /** The class loader of a running jar, for the proof that it can go. */
  Optional<ClassLoader> classLoader(String unit) {
    return locked(() -> runner.running(unit).flatMap(running -> running.code().classLoader()));
  }

  private void apply(CodeKind kind, DropFolder scanner, FolderChanges changes) {
    for (FolderChanges.Refusal refusal : changes.refused()) {
      services
          .problems()
          .note(code(kind, refusal.reason()), Blame.OPERATOR, refusal.name(), refusal.detail());
    }
    for (FolderChanges.Arrival arrival : changes.arrived()) {
      take(kind, scanner, arrival);
    }
    changes.removed().forEach(file -> remove(kind, file));
    changes.withdrawn().forEach(file -> withdraw(kind, file));
  }

  private static ErrorCode code(CodeKind kind, FolderChanges.Reason reason) {
    if (kind == CodeKind.JAR) {
      return PLUGIN_JAR_UNREADABLE;
    }
    return reason == FolderChanges.Reason.TOO_LARGE
        ? GUARDRAIL_SOURCE_TOO_LARGE
        : GUARDRAIL_SOURCE_UNREADABLE;
  }

  private void take(CodeKind kind, DropFolder scanner, FolderChanges.Arrival arrival) {
    String file = arrival.name();
    try {
      CodeGeneration taken =
          kind == CodeKind.JAR
              ? takeJar(arrival)
              : arrivals.source(
                  file, arrival.bytes(), arrival.hash(), name -> scanner.names().contains(name));
      services.problems().clear(file);
      removeOthers(kind, file, taken.unit(), "its file brings '" + taken.unit() + "' now");
    } catch (MonitorException e) {
      services.problems().clear(file);
      services.problems().note(file, e);
      scanner.reject(file);
      if (e.code().label().startsWith("VMON-7")) {
        // The store failed, not the file: take it in again at the next look.
        scanner.forget(file);
      }
    }
  }

  private CodeGeneration takeJar(FolderChanges.Arrival arrival) {
    String file = arrival.name();
    try {
      return arrivals.jar(
          CodeKind.JAR, file, arrival.bytes(), arrival.hash(), name -> jars.names().contains(name));
    } catch (MonitorException e) {
      if (JarResolver.mayPass(e.code())) {
        waiting.put(file, () -> gate.isReady(file, arrival.hash()));
      }
      throw e;
    }
  }

  private void remove(CodeKind kind, String file) {
    waiting.remove(file);
    gate.withdraw(file);
    services.problems().clear(file);
    removeOthers(kind, file, "", "its file was taken away");
  }

  /** Ends what came under a file name, except the unit that it brings now. */
  private void removeOthers(CodeKind kind, String file, String except, String reason) {
    for (CodeGeneration current : ledger.currentOfFile(kind, file)) {
      if (folders.authoritative() && runs(current) && !current.unit().equals(except)) {
        ledger.record(current, CodeStatus.REMOVED, reason);
        runner.stop(current.unit());
      }
    }
    if (folders.authoritative()) {
      forgetRejected(kind, file, except);
    }
  }

  /** A file that brought nothing is gone: so are the problems with it. */
  private void withdraw(CodeKind kind, String file) {
    waiting.remove(file);
    gate.withdraw(file);
    services.problems().clear(file);
    forgetRejected(kind, file, "");
  }

  private void forgetRejected(CodeKind kind, String file, String except) {
    for (CodeGeneration rejected : ledger.rejectedOfFile(kind, file)) {
      if (!rejected.unit().equals(except)) {
        ledger.record(rejected, CodeStatus.REMOVED, Ledger.REJECTED_AND_GONE);
        services.problems().clear(rejected.unit());
      }
    }
  }

  private boolean isThere(CodeKind kind, String file) {
    return (kind == CodeKind.SOURCE ? sources : jars).names().contains(file);
  }

  /** What runs, or rests on purpose, is no news; what could not be started arrives again. */
  private void makeKnown(CodeGeneration current) {
    boolean settled =
        current.status() == CodeStatus.DISABLED || runner.running(current.unit()).isPresent();
    if (settled && current.kind() != CodeKind.BUNDLED_JAR) {
      (current.kind() == CodeKind.SOURCE ? sources : jars).know(current.file(), current.codeHash());
    }
  }

  /** What was rejected arrives again, but its file may have gone meanwhile. */
  private void expect(CodeGeneration newest) {
    if (newest.status() == CodeStatus.REJECTED && newest.kind() != CodeKind.BUNDLED_JAR) {
      (newest.kind() == CodeKind.SOURCE ? sources : jars).expect(newest.file());
    }
  }

  private CodeGeneration find(String unit) {
    return ledger.current(unit).or(() -> ledger.newest(unit)).orElseThrow(() -> unknown(unit));
  }

  private MonitorException unknown(String unit) {
    String hint =
        NearestName.of(unit, ledger.units())
            .map(name -> "; did you mean '" + name + "'?")
            .orElse("; 'vllm-monitor plugin list' shows what there is");
    return new MonitorException(
        PLUGIN_NOT_FOUND, Blame.OPERATOR, "There is no plugin or source '" + unit + "'" + hint);
  }

  private static boolean runs(CodeGeneration generation) {
    return generation.status() == CodeStatus.ACTIVE || generation.status() == CodeStatus.SHADOW;
  }

  private <T> T locked(Supplier<T> change) {
    lock.lock();
    try {
      return change.get();
    } finally {
      summaries = listing.all();
      lock.unlock();
    }
  }
}
