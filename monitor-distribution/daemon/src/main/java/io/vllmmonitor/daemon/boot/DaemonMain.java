package io.vllmmonitor.daemon.boot;

import com.google.inject.AbstractModule;
import com.google.inject.CreationException;
import com.google.inject.Guice;
import com.google.inject.ProvisionException;
import com.google.inject.Stage;
import com.google.inject.spi.Message;
import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.core.config.ConfigFlags;
import io.vllmmonitor.core.config.ConfigLoader;
import io.vllmmonitor.core.config.MonitorConfig;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The daemon: reads the configuration, wires the parts, serves until it is told to stop, and closes
 * everything in order.
 */
public final class DaemonMain implements Daemon {
  /** The demonstration promotes what is dropped and does not wait ten minutes between actions. */
  private static final Map<String, String> DEMO_DEFAULTS =
      Map.of(
          "guardrails.auto_promote", "true",
          "mitigations.cooldown_seconds", "60",
          "mitigations.max_interventions_per_hour", "20",
          "mitigations.max_interventions_per_day", "200");

  private final PrintStream out = System.out;

  @Override
  public int run(UpOptions options) {
    refuseDemoWithTargets(options);
    StopRequest stop = new StopRequest();
    InstantSource clock = InstantSource.system();
    MonitorConfig config = configuration(options);
    boolean inOrder = false;
    try {
      serve(options, config, clock, stop);
      inOrder = true;
    } finally {
      stop.finished(inOrder);
    }
    return 0;
  }

  private void serve(
      UpOptions options, MonitorConfig given, InstantSource clock, StopRequest stop) {
    try (Closers closers = new Closers()) {
      OpenedStore store = OpenedStore.open(given.data(), clock, closers);
      AtomicBoolean served = new AtomicBoolean();
      closers.add("note of the stop", () -> noteStop(store, clock, served, closers));
      MonitorConfig config =
          options.demo()
              ? given.withTargets(
                  List.of(closers.add("simulated server", DemoServer.start()).target()))
              : given;
      Startup startup = wire(config, store, clock, closers, stop);
      stop.listenToSignals();
      Startup.Started started = startup.start();
      out.print(
          RestoreReportText.of(
              started.report(), store.stores().report().fresh(), ZoneId.systemDefault()));
      out.println("vllm-monitor " + ProductVersion.get() + " serves " + started.url());
      out.println("data in " + config.data() + ", " + watched(config));
      if (options.demo()) {
        out.println("the first fault comes within a minute; look with: vllm-monitor status");
      }
      served.set(true);
      stop.await();
    }
  }

  /** An end is in order when the daemon had served and everything above the store closed well. */
  private static void noteStop(
      OpenedStore store, InstantSource clock, AtomicBoolean served, Closers closers) {
    if (served.get() && !closers.hasFailed()) {
      LastStop.put(store.memory(), clock.instant());
    }
  }

  private static void refuseDemoWithTargets(UpOptions options) {
    if (options.demo() && !options.targets().isEmpty()) {
      throw new MonitorException(
          ErrorCode.CONFIG_INVALID_VALUE,
          Blame.OPERATOR,
          "--demo watches its own simulated server; leave out "
              + String.join(" ", options.targets())
              + ", or leave out --demo");
    }
  }

  private static MonitorConfig configuration(UpOptions options) {
    ConfigLoader loader =
        new ConfigLoader(System.getenv(), Path.of(System.getProperty("user.home")));
    return loader.load(
        new ConfigFlags(options.targets(), options.data(), options.listen(), options.config()),
        options.demo() ? DEMO_DEFAULTS : Map.of());
  }

  private static Startup wire(
      MonitorConfig config,
      OpenedStore store,
      InstantSource clock,
      Closers closers,
      StopRequest stop) {
    try {
      return Guice.createInjector(
              Stage.PRODUCTION,
              new StoreModule(store),
              new PluginModule(),
              new EngineModule(),
              new WebModule(),
              new AbstractModule() {
                @Override
                protected void configure() {
                  binder().requireExplicitBindings();
                  bind(MonitorConfig.class).toInstance(config);
                  bind(Closers.class).toInstance(closers);
                  bind(StopRequest.class).toInstance(stop);
                  bind(Readiness.class).toInstance(new Readiness());
                  bind(InstantSource.class).toInstance(clock);
                  bind(KnownTargets.class);
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

  private static String watched(MonitorConfig config) {
    return config.targets().isEmpty()
        ? "looking for vLLM servers on this machine"
        : "watching "
            + String.join(
                ", ",
                config.targets().stream()
                    .map(target -> target.id() + " (" + target.mode() + ")")
                    .toList());
  }
}
