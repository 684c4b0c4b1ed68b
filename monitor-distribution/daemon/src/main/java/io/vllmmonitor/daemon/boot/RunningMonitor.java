package io.vllmmonitor.daemon.boot;

import com.google.inject.AbstractModule;
import com.google.inject.CreationException;
import com.google.inject.Guice;
import com.google.inject.ProvisionException;
import com.google.inject.Singleton;
import com.google.inject.Stage;
import com.google.inject.spi.Message;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.history.AuditAction;
import io.vllmmonitor.api.history.History;
import io.vllmmonitor.api.history.Recorder;
import io.vllmmonitor.api.history.RestoreReport;
import io.vllmmonitor.api.sample.MetricCatalog;
import io.vllmmonitor.api.target.Target;
import io.vllmmonitor.core.audit.AuditLog;
import io.vllmmonitor.core.audit.Deed;
import io.vllmmonitor.core.config.MonitorConfig;
import io.vllmmonitor.core.outcome.HappyPaths;
import io.vllmmonitor.persistence.config.PersistenceConfig;
import io.vllmmonitor.persistence.engine.StoreEngine;
import io.vllmmonitor.persistence.exchange.Exchange;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;

/**
 * A monitor that runs in this process: store, engine and HTTP API, until it is closed. The daemon
 * runs one in the foreground, a program that embeds the monitor beside its own work. Thread-safe.
 */
public final class RunningMonitor implements AutoCloseable {
  private final Closers closers;
  private final OpenedStore store;
  private final MonitorConfig config;
  private final Startup.Started started;
  private final AtomicBoolean closed = new AtomicBoolean();

  private RunningMonitor(
      Closers closers, OpenedStore store, MonitorConfig config, Startup.Started started) {
    this.closers = closers;
    this.store = store;
    this.config = config;
    this.started = started;
  }

  /**
   * Opens the store, brings everything back and begins to watch.
   *
   * @param persistence of the same directory as the configuration
   * @param home the unpacked distribution, whose folder {@code plugins} holds the bundled plugins
   * @param stop run when the stop command comes over HTTP, on a thread of its own
   * @throws MonitorException when it cannot start; then nothing is left open
   */
  public static RunningMonitor start(
      MonitorConfig config,
      PersistenceConfig persistence,
      Path home,
      InstantSource clock,
      Runnable stop) {
    return start(config, persistence, home, clock, stop, closers -> config.targets());
  }

  /**
   * The same with targets that come up with the monitor.
   *
   * @param targets made after the store was opened, and closed before it
   */
  static RunningMonitor start(
      MonitorConfig given,
      PersistenceConfig persistence,
      Path home,
      InstantSource clock,
      Runnable stop,
      Function<Closers, List<Target>> targets) {
    Closers closers = new Closers();
    boolean done = false;
    try {
      OpenedStore store = OpenedStore.open(persistence, clock, closers);
      AtomicBoolean served = new AtomicBoolean();
      closers.add("note of the stop", () -> noteStop(store, clock, served, closers));
      MonitorConfig config = given.withTargets(targets.apply(closers));
      Startup.Started started =
          wire(config, persistence, home, store, clock, closers, stop).start();
      served.set(true);
      done = true;
      return new RunningMonitor(closers, store, config, started);
    } finally {
      if (!done) {
        closers.close();
      }
    }
  }

  /** An end is in order when the monitor had served and everything above the store closed well. */
  private static void noteStop(
      OpenedStore store, InstantSource clock, AtomicBoolean served, Closers closers) {
    if (served.get() && !closers.hasFailed()) {
      LastStop.put(store.memory(), clock.instant());
      store
          .audit(clock)
          .done(
              new Deed(Deed.MONITOR, AuditAction.SHUTDOWN, store.directory().path().toString()),
              Map.of());
    }
  }

  private static Startup wire(
      MonitorConfig config,
      PersistenceConfig persistence,
      Path home,
      OpenedStore store,
      InstantSource clock,
      Closers closers,
      Runnable stop) {
    try {
      return Guice.createInjector(
              Stage.PRODUCTION,
              new StoreModule(store),
              new PluginModule(home),
              new EngineModule(),
              new RecordsModule(),
              new RehearsalModule(),
              new WebModule(stop),
              new AbstractModule() {
                @Override
                protected void configure() {
                  binder().requireExplicitBindings();
                  bind(MonitorConfig.class).toInstance(config);
                  bind(PersistenceConfig.class).toInstance(persistence);
                  bind(Closers.class).toInstance(closers);
                  bind(Readiness.class).toInstance(new Readiness());
                  bind(InstantSource.class).toInstance(clock);
                  bind(KnownTargets.class);
                  bind(StoreCare.class).in(Singleton.class);
                  bind(StoreTwins.class).in(Singleton.class);
                  bind(Startup.class);
                }
              })
          .getInstance(Startup.class);
    } catch (CreationException e) {
      throw coded(e, e.getErrorMessages());
    } catch (ProvisionException e) {
      throw coded(e, e.getErrorMessages());
    }
  }

  /** Guice wraps what a provider throws; the operator wants the error itself. */
  private static RuntimeException coded(RuntimeException wrapped, Collection<Message> messages) {
    for (Message message : messages) {
      for (Throwable cause = message.getCause(); cause != null; cause = cause.getCause()) {
        if (cause instanceof MonitorException coded) {
          return coded;
        }
      }
    }
    return wrapped;
  }

  /** Where the HTTP API listens, such as {@code http://127.0.0.1:9464}. */
  public String url() {
    return started.url();
  }

  /** What came back at the start. */
  public RestoreReport report() {
    return started.report();
  }

  /** What the sources say of their metrics. */
  public MetricCatalog catalog() {
    return store.catalog();
  }

  /** Exports and imports. */
  public Exchange exchange() {
    return store.exchange();
  }

  /** Who did what; told of what the program around the monitor does. */
  public AuditLog audit() {
    return started.audit();
  }

  /** Ways out of trouble that have worked. */
  public HappyPaths happyPaths() {
    return started.happyPaths();
  }

  /** Writes into the history; durable when it returns. */
  public Recorder recorder() {
    return store.memory();
  }

  /** Everything that was remembered. */
  public History history() {
    return store.memory();
  }

  /** The stores underneath; they close with the monitor. */
  public StoreEngine stores() {
    return store.stores();
  }

  /** What it runs with. */
  public MonitorConfig config() {
    return config;
  }

  /** Whether the directory was empty before. */
  boolean isFresh() {
    return store.stores().report().fresh();
  }

  /** Flushes and closes everything in order; a second call does nothing. */
  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      closers.close();
    }
  }
}
