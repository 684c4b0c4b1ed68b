package io.vllmmonitor.daemon.boot;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.core.config.ConfigFlags;
import io.vllmmonitor.core.config.ConfigLoader;
import io.vllmmonitor.core.config.MonitorConfig;
import io.vllmmonitor.daemon.classes.ClassArchive;
import io.vllmmonitor.persistence.config.PersistenceConfig;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;

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

  /** Names the unpacked distribution; set by its start script. */
  private static final String HOME = "vllm.monitor.home";

  /** How long a stop may take longer for the sake of the next start. */
  private static final Duration ARCHIVE_PATIENCE = Duration.ofSeconds(10);

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
      // The store is closed and free for another by now.
      ClassArchive.wanted().ifPresent(archive -> archive.make(ARCHIVE_PATIENCE));
      inOrder = true;
    } finally {
      stop.finished(inOrder);
    }
    return 0;
  }

  private void serve(
      UpOptions options, MonitorConfig config, InstantSource clock, StopRequest stop) {
    stop.listenToSignals();
    try (RunningMonitor monitor =
        RunningMonitor.start(
            config,
            PersistenceConfig.from(config.data(), config.section("storage")),
            Path.of(System.getProperty(HOME, ".")),
            clock,
            stop::wish,
            closers ->
                options.demo()
                    ? List.of(closers.add("simulated server", DemoServer.start()).target())
                    : config.targets())) {
      out.print(RestoreReportText.of(monitor.report(), monitor.isFresh(), ZoneId.systemDefault()));
      out.println("vllm-monitor " + ProductVersion.get() + " serves " + monitor.url());
      out.println("data in " + config.data() + ", " + watched(monitor.config()));
      if (options.demo()) {
        out.println("the first fault comes within a minute; look with: vllm-monitor status");
      }
      stop.await();
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
