package io.vllmmonitor.daemon.boot;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.vllmmonitor.api.config.Settings;
import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.guardrail.Guardrail;
import io.vllmmonitor.api.history.HistoryQuery;
import io.vllmmonitor.api.learning.Learner;
import io.vllmmonitor.api.lifecycle.LifecycleListener;
import io.vllmmonitor.api.mitigation.Actuator;
import io.vllmmonitor.api.mitigation.MitigationStrategy;
import io.vllmmonitor.api.notify.Exporter;
import io.vllmmonitor.api.notify.Notifier;
import io.vllmmonitor.api.prediction.FailurePredictor;
import io.vllmmonitor.api.rehearsal.VerdictRecord;
import io.vllmmonitor.api.sample.Labels;
import io.vllmmonitor.api.sample.MetricSpec;
import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.api.source.CollectScope;
import io.vllmmonitor.api.source.MetricsSource;
import io.vllmmonitor.api.source.SampleSink;
import io.vllmmonitor.api.source.TargetDiscovery;
import io.vllmmonitor.api.target.Target;
import io.vllmmonitor.api.target.TargetMode;
import io.vllmmonitor.core.engine.Engine;
import io.vllmmonitor.core.engine.EngineServices;
import io.vllmmonitor.core.extension.Bound;
import io.vllmmonitor.core.extension.ExtensionCatalog;
import io.vllmmonitor.core.extension.ExtensionSet;
import io.vllmmonitor.core.history.Pages;
import io.vllmmonitor.core.identity.TimeOrderedIds;
import io.vllmmonitor.core.jar.JarPolicy;
import io.vllmmonitor.core.jar.Machine;
import io.vllmmonitor.core.jar.TrustPolicy;
import io.vllmmonitor.core.lifecycle.LifecyclePolicy;
import io.vllmmonitor.core.mitigation.InterventionPolicy;
import io.vllmmonitor.core.plugin.ContextServices;
import io.vllmmonitor.core.plugin.PlatformFolders;
import io.vllmmonitor.core.plugin.PlatformPolicy;
import io.vllmmonitor.core.plugin.PlatformServices;
import io.vllmmonitor.core.plugin.PluginPlatform;
import io.vllmmonitor.core.rehearsal.RehearsalDesk;
import io.vllmmonitor.core.rehearsal.RehearsalPolicy;
import io.vllmmonitor.core.rehearsal.Replayer;
import io.vllmmonitor.core.sampling.SampleWriter;
import io.vllmmonitor.core.sampling.Sampler;
import io.vllmmonitor.core.telemetry.OwnMetrics;
import io.vllmmonitor.core.telemetry.Problems;
import io.vllmmonitor.persistence.config.PersistenceConfig;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Hours of a live engine in virtual time on real SQLite files, with a platform that takes code from
 * its folders, and the replays of what was stored. The clock goes on only when it is asked to.
 */
final class ReplayRig implements AutoCloseable {
  static final Instant START = Instant.parse("2026-11-25T00:00:03Z");
  static final Target TARGET =
      Target.of(URI.create("http://gpu:8000"), TargetMode.OBSERVE, Duration.ofSeconds(5));

  final VirtualTimer timer = new VirtualTimer(START);
  final Map<String, Settings> settings = new HashMap<>();
  private final Path home;
  private final Closers store = new Closers();
  // As live: nobody can draw the same again.
  private final SecureRandom chance = new SecureRandom();
  private final FakeServer server = new FakeServer();

  @SuppressWarnings("NullAway.Init") // by open(), after the first code was dropped
  OpenedStore opened;

  @SuppressWarnings("NullAway.Init") // by open()
  Life life;

  ReplayRig(Path home) {
    this.home = home;
  }

  void open() {
    opened = OpenedStore.open(PersistenceConfig.of(home.resolve("data")), timer, store);
    life = new Life();
  }

  /** The next life of the daemon on the same store. */
  void restart() {
    life.close();
    timer.advance(Duration.ofMinutes(11));
    life = new Life();
  }

  /** Puts a source into its folder. */
  void drop(String name, String source) throws IOException {
    put("guardrails", name, source.getBytes(UTF_8));
  }

  /** Puts a jar into its folder. */
  void drop(String name, byte[] jar) throws IOException {
    put("plugins", name, jar);
  }

  /** Takes a jar out of its folder. */
  void remove(String name) throws IOException {
    Files.delete(home.resolve("plugins").resolve(name));
  }

  private void put(String folder, String name, byte[] bytes) throws IOException {
    Path path = Files.createDirectories(home.resolve(folder));
    // Whatever the umask of whoever runs the tests.
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwx------"));
    Files.write(path.resolve(name), bytes);
    Files.setPosixFilePermissions(path.resolve(name), PosixFilePermissions.fromString("rw-------"));
  }

  /** All stored verdicts, newest first. */
  List<VerdictRecord> verdicts() {
    return Pages.all(
        HistoryQuery.newestOf(TARGET.id()), page -> opened.memory().verdicts(page, null));
  }

  Replayer replayer() {
    return new Replayer(
        opened.memory(),
        opened.catalog(),
        life.platform.trialUnits(home.resolve("trials")),
        verdict -> Target.of(TARGET.url(), TARGET.mode(), verdict.scrapeInterval()));
  }

  @Override
  public void close() {
    if (life != null) {
      life.close();
    }
    store.close();
  }

  /** One run of the engine on the store that outlives it. */
  final class Life implements AutoCloseable {
    private final OwnMetrics metrics = new OwnMetrics();
    final Problems problems = new Problems(timer, opened.memory());
    final SampleWriter writer =
        new SampleWriter(opened.stores().series(), Duration.ofMillis(10), metrics, problems);
    final PluginPlatform platform =
        new PluginPlatform(
            new PlatformFolders(
                home.resolve("bundled"),
                home.resolve("plugins"),
                home.resolve("guardrails"),
                home.resolve("extensions"),
                home.resolve("work"),
                false,
                true),
            new PlatformServices(
                opened.stores().blobs(),
                opened.memory(),
                opened.memory(),
                problems,
                opened.catalog(),
                unit -> settings.getOrDefault(unit, Settings.empty()),
                settings.keySet(),
                target ->
                    call -> {
                      throw new UnsupportedOperationException();
                    },
                timer,
                unit -> chance,
                new ContextServices(
                    server ->
                        call -> {
                          throw new UnsupportedOperationException();
                        },
                    secret -> "",
                    metrics,
                    event -> {},
                    () -> "id"),
                new JarPolicy(
                    TrustPolicy.standard(), () -> new Machine("amd64", "linux", 1, 1, List.of()))),
            new PlatformPolicy(
                Duration.ZERO,
                0,
                new RehearsalDesk(
                    opened.memory(),
                    opened.memory(),
                    opened.catalog(),
                    problems,
                    new TimeOrderedIds(timer, new Random(9)),
                    timer,
                    System::nanoTime,
                    RehearsalPolicy.defaults()),
                metrics,
                timer::nanos));
    final Engine engine;
    private boolean closed;

    Life() {
      var unused = platform.boot();
      look();
      engine =
          new Engine(
              new EngineServices(
                  timer,
                  timer::nanos,
                  new TimeOrderedIds(timer, new Random(timer.nanos())),
                  opened.memory(),
                  opened.memory(),
                  opened.catalog(),
                  new WithServer(platform, server),
                  new Sampler(
                      timer,
                      timer,
                      timer::nanos,
                      Runnable::run,
                      writer,
                      opened.catalog(),
                      metrics,
                      problems),
                  problems,
                  metrics,
                  InterventionPolicy.defaults(),
                  () -> false,
                  Runnable::run,
                  Runnable::run,
                  LifecyclePolicy.defaults(),
                  List.of()));
      var items = engine.restore(TARGET);
      assertThat(items).isNotEmpty();
      engine.startSampling(TARGET);
    }

    /** Two looks at the folders with time enough for a file to settle. */
    void look() {
      for (int i = 0; i < 3; i++) {
        timer.advance(Duration.ofSeconds(1));
        boolean unused = platform.scan(timer.instant());
      }
    }

    void run(Duration time) {
      timer.advance(time);
    }

    @Override
    public void close() {
      if (!closed) {
        closed = true;
        engine.close();
        writer.close();
        platform.close();
      }
    }
  }

  /** Usage swings; one scrape in thirty fails; every 20 minutes there is a minute of nothing. */
  private static final class FakeServer implements MetricsSource {
    private final Random random = new Random(5);
    private double tokens;
    private long scrapes;

    @Override
    public String id() {
      return "fake";
    }

    @Override
    public List<MetricSpec> metrics() {
      return List.of();
    }

    @Override
    public void probe(Target target, CollectScope scope) {}

    @Override
    public void collect(Target target, SampleSink sink, CollectScope scope) {
      scrapes++;
      if (random.nextInt(30) == 0 || scrapes % 240 < 12) {
        throw new MonitorException(ErrorCode.TARGET_UNREACHABLE, Blame.ENVIRONMENT, "gone");
      }
      tokens = random.nextInt(300) == 0 ? 0 : tokens + random.nextDouble();
      double swing = 0.5 + 0.48 * Math.sin(scrapes / 40.0);
      for (int engine = 2; engine >= 0; engine--) {
        Labels labels = Labels.of("engine", Integer.toString(engine));
        sink.sample(new SeriesKey("usage", labels), swing * (0.9 + 0.1 * random.nextDouble()));
        sink.sample(new SeriesKey("tokens_total", labels), tokens * (engine + 0.1));
      }
      if (random.nextInt(4) == 0) {
        sink.sample(new SeriesKey("usage", Labels.of("engine", "spare")), 0.1 * swing);
      }
    }
  }

  /** What the platform brings, and the server as its source. */
  private record WithServer(PluginPlatform platform, FakeServer server)
      implements ExtensionCatalog {
    @Override
    public ExtensionSet forTarget(Target target) {
      ExtensionSet brought = platform.forTarget(target);
      return new ExtensionSet() {
        @Override
        public List<Bound<MetricsSource>> sources() {
          return List.of(new Bound<>(server, "fake", "hash", false));
        }

        @Override
        public List<Bound<LifecycleListener>> listeners() {
          return brought.listeners();
        }

        @Override
        public List<Bound<Guardrail>> guardrails() {
          return brought.guardrails();
        }

        @Override
        public List<Bound<FailurePredictor>> predictors() {
          return brought.predictors();
        }

        @Override
        public List<Bound<MitigationStrategy>> strategies() {
          return brought.strategies();
        }

        @Override
        public List<Bound<Actuator>> actuators() {
          return brought.actuators();
        }

        @Override
        public void saveStates() {
          brought.saveStates();
        }
      };
    }

    @Override
    public List<Bound<TargetDiscovery>> discoveries() {
      return List.of();
    }

    @Override
    public List<Bound<Learner>> learners() {
      return List.of();
    }

    @Override
    public List<Bound<Notifier>> notifiers() {
      return List.of();
    }

    @Override
    public List<Bound<Exporter>> exporters() {
      return List.of();
    }

    @Override
    public void saveDaemonStates() {}
  }
}
