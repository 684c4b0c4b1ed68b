package io.vllmmonitor.core.plugin;

import static io.vllmmonitor.api.error.ErrorCode.PLUGIN_NOT_FOUND;
import static io.vllmmonitor.api.error.ErrorCode.PLUGIN_ROLLED_BACK;
import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.code.CodeGeneration;
import io.vllmmonitor.api.code.CodeStatus;
import io.vllmmonitor.api.error.Blame;
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
import io.vllmmonitor.core.folder.FolderWatch;
import io.vllmmonitor.core.jar.Approval;
import io.vllmmonitor.core.script.SourceCompiler;
import io.vllmmonitor.core.telemetry.OwnMetrics;
import io.vllmmonitor.core.worker.DeadlineWorker;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * All code that is not the core's own: bundled jars, dropped jars and dropped guardrail sources.
 * Use: construct, {@link #boot} once, {@link #watch}, and {@link #close} at the end. Thread-safe:
 * one lock guards every change, and code of plugins runs under it on workers with a deadline of 10
 * s; what is published is read without the lock, and called under the limits of {@link CallLimits}.
 */
public final class PluginPlatform
    implements ExtensionCatalog, PluginDirectory, GuardrailPromotion, AutoCloseable {
  private static final Duration DEADLINE = Duration.ofSeconds(10);
  private static final int MOST_ABANDONED = 4;

  private final PlatformLock lock = new PlatformLock();
  private final PlatformServices services;
  private final PlatformFolders folders;
  private final LifeBook book;
  private final Ledger ledger;
  private final CodeLoader loader;
  private final Promotions promotions;
  private final ContextFactory contexts;
  private final UnitRunner runner;
  private final JarGate gate;
  private final UnitListing listing;
  private final Arrivals arrivals;
  private final Revival revival;
  private final Probation probation;
  private final SuspectJournal suspects;
  private final Watchdog watchdog;
  private final UnloadWatch unloads;
  private final Drops drops;

  private volatile List<PluginSummary> summaries = List.of();
  private @Nullable FolderWatch watch;

  /** With the defaults of everything that can be chosen, and without rehearsal. */
  public PluginPlatform(PlatformFolders folders, PlatformServices services) {
    this(folders, services, PlatformPolicy.defaults(new OwnMetrics()));
  }

  public PluginPlatform(PlatformFolders folders, PlatformServices services, PlatformPolicy policy) {
    this(folders, services, policy, DEADLINE);
  }

  PluginPlatform(
      PlatformFolders folders,
      PlatformServices services,
      PlatformPolicy policy,
      Duration deadline) {
    this.folders = requireNonNull(folders, "folders");
    this.services = requireNonNull(services, "services");
    DeadlineWorker worker = new DeadlineWorker("plugin-call", deadline, MOST_ABANDONED);
    this.book = new LifeBook(services);
    this.ledger = new Ledger(services, book);
    this.loader = new CodeLoader(services, folders.work(), worker);
    this.watchdog = new Watchdog(policy.nanos());
    this.suspects = new SuspectJournal(folders.work(), services.problems());
    this.unloads = new UnloadWatch(services.problems(), policy.metrics());
    this.probation = new Probation(services, policy, ledger, book);
    this.promotions = new Promotions(services, folders.autoPromote());
    this.contexts = new ContextFactory(services);
    UnitMaker maker =
        new UnitMaker(
            services,
            loader,
            new InstanceMaker(services, worker, contexts, promotions),
            book,
            new UnitMaker.CallWatches(watchdog, suspects, probation, policy.metrics()),
            unloads);
    this.runner = new UnitRunner(services, maker, book, ledger, worker);
    this.gate = new JarGate(services, folders, loader, runner);
    this.listing = new UnitListing(ledger, runner, gate, book, probation, watchdog);
    Rehearsals rehearsals =
        new Rehearsals(
            services,
            maker,
            book,
            lock,
            policy.rehearsal(),
            runner,
            new Rehearsals.Trials(
                new DeadlineWorker("trial-call", deadline, MOST_ABANDONED),
                watchdog,
                folders.work()));
    this.arrivals =
        new Arrivals(services, ledger, runner, gate, new SourceCompiler(), book, rehearsals);
    this.revival = new Revival(services, ledger, runner, arrivals, gate, book);
    this.drops = new Drops(folders, services, ledger, runner, arrivals, gate);
    gauges(policy.metrics());
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
              new Boot(
                      services,
                      ledger,
                      runner,
                      arrivals,
                      loader,
                      gate,
                      book,
                      suspects,
                      drops::isThere)
                  .run(folders.bundled());
          drops.know();
          return items;
        });
  }

  /**
   * Starts the thread that looks at the drop folders, at every change and every second, and the one
   * that looks at running calls.
   */
  public void watch() {
    watchdog.start();
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
   * Looks at the drop folders once and takes in what has settled; and sees to what has failed since
   * the last time.
   *
   * @return whether something is still settling, so that another look is wanted soon
   */
  public boolean scan(Instant now) {
    tend();
    return locked(
        () -> {
          boolean settling = drops.scan(now);
          revival.startWaiting();
          return settling;
        });
  }

  /** Sees to units whose calls have failed, and to loaders that should have gone. */
  void tend() {
    locked(
        () -> {
          probation.tend(runner, revival);
          unloads.look();
          PluginGuard.forgetDead();
          return Boolean.TRUE;
        });
  }

  /** One look at the running calls; {@link #watch} does it every 10 ms. */
  void lookAtCalls() {
    watchdog.look();
  }

  @Override
  public ExtensionSet forTarget(Target target) {
    return lock.use(() -> runner.forTarget(target));
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
            runner.stop(unit, "disabled by the operator");
          }
          return listing.of(unit);
        });
  }

  @Override
  public PluginSummary enable(String unit) {
    return locked(
        () -> {
          find(unit);
          revival.enable(unit, drops::hasFile);
          return listing.of(unit);
        });
  }

  @Override
  public PluginSummary promote(String unit, Stage stage, String why) {
    return locked(
        () -> {
          CodeGeneration current =
              runner.running(unit).map(RunningUnit::generation).orElseThrow(() -> unknown(unit));
          Stage before = promotions.decided(current).orElse(null);
          promotions.decide(current, stage);
          CodeStatus status = stage == Stage.SHADOW ? CodeStatus.SHADOW : CodeStatus.ACTIVE;
          try {
            runner.start(ledger.record(current, status, Revival.reasonFor(current, why)));
          } catch (MonitorException e) {
            // What runs is as it was, so that must be what the next start finds.
            ledger.record(current);
            promotions.decide(current, before);
            throw e;
          }
          return listing.of(unit);
        });
  }

  @Override
  public Stage stage(String unit, TargetMode mode) {
    return lock.use(
        () -> promotions.stage(ledger.current(unit).orElseThrow(() -> unknown(unit)), mode));
  }

  @Override
  public Approval approve(String unit) {
    return locked(
        () -> {
          try {
            return gate.approve(unit);
          } catch (MonitorException e) {
            if (e.code() != PLUGIN_NOT_FOUND || !ledger.units().contains(unit)) {
              throw e;
            }
          }
          revival.approve(unit);
          CodeGeneration approved = listing.of(unit).generation();
          return new Approval(
              unit, approved.file(), approved.codeHash(), "its content in quarantine");
        });
  }

  @Override
  public PluginSummary rollback(String unit) {
    return locked(
        () -> {
          find(unit);
          CodeGeneration unused =
              revival.rollBack(unit, PLUGIN_ROLLED_BACK, "the operator wanted it");
          services.problems().clear(unit);
          return listing.of(unit);
        });
  }

  @Override
  public PluginStory why(String unit) {
    return lock.use(
        () -> {
          find(unit);
          return listing.story(unit);
        });
  }

  /**
   * Loads code for trials beside what runs.
   *
   * @param work for copies of jars
   */
  public TrialUnits trialUnits(Path work) {
    return new TrialUnits(services, work, this::classLoader, watchdog);
  }

  /** Saves all states, closes and unloads everything. A rehearsal that is under way is given up. */
  @Override
  public void close() {
    lock.end();
    FolderWatch watching = lock.use(() -> Optional.ofNullable(watch)).orElse(null);
    if (watching != null) {
      watching.close();
    }
    locked(
        () -> {
          runner.stopAll();
          return Boolean.TRUE;
        });
    contexts.close();
    watchdog.close();
    suspects.close();
  }

  /** Whether unloaded loaders have gone. */
  UnloadWatch unloads() {
    return unloads;
  }

  /** The class loader of a running jar, for the proof that it can go. */
  Optional<ClassLoader> classLoader(String unit) {
    return lock.use(() -> runner.running(unit).flatMap(running -> running.code().classLoader()));
  }

  private void gauges(OwnMetrics metrics) {
    metrics.gauge(
        "plugin_breakers_open",
        "Instances of plugins whose calls are held back.",
        () -> runner.total(UnitHealth::open));
    metrics.gauge(
        "plugin_threads_abandoned",
        "Threads that were lost in calls of plugins since the start.",
        watchdog::abandoned);
  }

  private CodeGeneration find(String unit) {
    return ledger.current(unit).or(() -> ledger.newest(unit)).orElseThrow(() -> unknown(unit));
  }

  private MonitorException unknown(String unit) {
    String hint =
        ledger
            .unitOfFile(unit)
            .or(() -> NearestName.of(unit, ledger.units()))
            .map(name -> "; did you mean '" + name + "'?")
            .orElse("; 'vllm-monitor plugin list' shows what there is");
    return new MonitorException(
        PLUGIN_NOT_FOUND, Blame.OPERATOR, "There is no plugin or source '" + unit + "'" + hint);
  }

  private <T> T locked(Supplier<T> change) {
    return lock.change(
        () -> {
          try {
            return change.get();
          } finally {
            summaries = listing.all();
          }
        });
  }
}
