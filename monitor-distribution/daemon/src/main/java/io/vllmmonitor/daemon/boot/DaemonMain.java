package io.vllmmonitor.daemon.boot;

import com.google.inject.AbstractModule;
import com.google.inject.CreationException;
import com.google.inject.Guice;
import com.google.inject.ProvisionException;
import com.google.inject.Stage;
import io.vllmmonitor.api.config.Settings;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.core.config.ConfigFlags;
import io.vllmmonitor.core.config.ConfigLoader;
import io.vllmmonitor.core.config.MonitorConfig;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The daemon: reads the configuration, wires the parts, serves until it is told to stop, and closes
 * everything in order.
 */
public final class DaemonMain implements Daemon {
  private final PrintStream out = System.out;

  @Override
  public int run(UpOptions options) {
    StopRequest stop = new StopRequest();
    MonitorConfig config = configuration(options);
    boolean inOrder = false;
    try (Closers closers = new Closers()) {
      if (options.demo()) {
        config = onDemo(config, closers.add("simulated server", DemoServer.start()));
      }
      Startup startup = wire(config, closers, stop);
      stop.listenToSignals();
      Startup.Started started = startup.start();
      out.print(RestoreReportText.of(started.report()));
      out.println("vllm-monitor " + ProductVersion.get() + " serves " + started.url());
      out.println("data in " + config.data() + ", " + watched(config));
      stop.await();
      startup.noteStop();
      inOrder = true;
    } finally {
      stop.finished(inOrder);
    }
    return 0;
  }

  private static MonitorConfig configuration(UpOptions options) {
    ConfigLoader loader =
        new ConfigLoader(System.getenv(), Path.of(System.getProperty("user.home")));
    return loader.load(
        new ConfigFlags(options.targets(), options.data(), options.listen(), options.config()));
  }

  /**
   * The demonstration acts on its server, promotes what is dropped, and does not wait ten minutes
   * between actions.
   */
  private static MonitorConfig onDemo(MonitorConfig config, DemoServer server) {
    Map<String, Settings> sections = new HashMap<>(config.sections());
    sections.computeIfPresent(
        "guardrails",
        (name, settings) -> settings.overlaidWith(Settings.of(Map.of("auto_promote", "true"))));
    sections.computeIfPresent(
        "mitigations",
        (name, settings) ->
            settings.overlaidWith(
                Settings.of(
                    Map.of(
                        "cooldown_seconds", "60",
                        "max_interventions_per_hour", "20",
                        "max_interventions_per_day", "200"))));
    return new MonitorConfig(
        config.data(), config.listen(), List.of(server.target()), sections, config.plugins());
  }

  private static Startup wire(MonitorConfig config, Closers closers, StopRequest stop) {
    try {
      return Guice.createInjector(
              Stage.PRODUCTION,
              new StoreModule(),
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
                  bind(InstantSource.class).toInstance(InstantSource.system());
                  bind(Startup.class);
                }
              })
          .getInstance(Startup.class);
    } catch (CreationException | ProvisionException e) {
      throw coded(e);
    }
  }

  /** Guice wraps what a provider throws; the operator wants the error itself. */
  private static RuntimeException coded(RuntimeException wrapped) {
    for (Throwable cause = wrapped; cause != null; cause = cause.getCause()) {
      if (cause instanceof MonitorException coded) {
        return coded;
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
