package io.vllmmonitor.daemon.boot;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.vllmmonitor.api.code.CodeStatus;
import io.vllmmonitor.api.config.Settings;
import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.guardrail.Guardrail;
import io.vllmmonitor.api.history.HistoryQuery;
import io.vllmmonitor.api.history.Problem;
import io.vllmmonitor.api.learning.Learner;
import io.vllmmonitor.api.lifecycle.LifecycleListener;
import io.vllmmonitor.api.mitigation.Actuator;
import io.vllmmonitor.api.mitigation.MitigationStrategy;
import io.vllmmonitor.api.notify.Exporter;
import io.vllmmonitor.api.notify.Notifier;
import io.vllmmonitor.api.prediction.FailurePredictor;
import io.vllmmonitor.api.rehearsal.Rehearsal;
import io.vllmmonitor.api.rehearsal.VerdictKind;
import io.vllmmonitor.api.rehearsal.VerdictRecord;
import io.vllmmonitor.api.sample.Labels;
import io.vllmmonitor.api.sample.MetricSpec;
import io.vllmmonitor.api.sample.SampleBatch;
import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.api.source.CollectScope;
import io.vllmmonitor.api.source.MetricsSource;
import io.vllmmonitor.api.source.SampleSink;
import io.vllmmonitor.api.source.TargetDiscovery;
import io.vllmmonitor.api.store.AppendMode;
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
import io.vllmmonitor.core.plugin.Stage;
import io.vllmmonitor.core.rehearsal.RehearsalDesk;
import io.vllmmonitor.core.rehearsal.RehearsalPolicy;
import io.vllmmonitor.core.rehearsal.ReplayedVerdict;
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
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Hours of a live engine in virtual time on real SQLite files, with failures, a restart and a swap
 * of code, and then every stored verdict once more.
 */
class ReplayTest {
  private static final Instant START = Instant.parse("2026-11-25T00:00:03Z");
  private static final Target TARGET =
      Target.of(URI.create("http://gpu:8000"), TargetMode.OBSERVE, Duration.ofSeconds(5));

  private static final String HEAD =
      """
      /*
       * id: %s
       * version: %s
       * description: a guardrail of a test
       */
      import io.vllmmonitor.api.extension.StateReader;
      import io.vllmmonitor.api.extension.StateWriter;
      import io.vllmmonitor.api.guardrail.Guardrail;
      import io.vllmmonitor.api.guardrail.GuardrailSpec;
      import io.vllmmonitor.api.guardrail.Severity;
      import io.vllmmonitor.api.guardrail.Verdict;
      import io.vllmmonitor.api.lifecycle.FailureKind;
      import io.vllmmonitor.api.view.MetricView;

      public class %s implements Guardrail {
        public String id() {
          return "%s";
        }

        public GuardrailSpec spec() {
          return GuardrailSpec.of(Severity.ERROR, FailureKind.CACHE_OVERFLOW, "test");
        }
      """;

  /** Windows of every reach, sums over series, and an answer that depends on firing. */
  private static final String USAGE =
      HEAD.formatted("usage", "1.0.0", "Usage", "usage")
          + """
            public Verdict check(MetricView view) {
              double limit = view.firing() ? 0.8 : 0.9;
              double sum = view.sum("usage");
              double rate = view.rate("tokens_total", 300);
              double slow = view.slope("usage{engine=\\"1\\"}", 120) + view.mean("usage", 3600);
              String text = sum + " " + rate + " " + slow;
              if (view.max("usage") > 0.97) {
                return Verdict.breach(Severity.CRITICAL, "very full " + text);
              }
              return view.max("usage") > limit ? Verdict.breach("full " + text) : Verdict.pass();
            }
          }
          """;

  /** Remembers: its answer follows from all that it saw. */
  private static String smooth(String version, String weight) {
    return HEAD.formatted("smooth", version, "Smooth", "smooth")
        + """
          private double average;
          private long seen;

          public Verdict check(MetricView view) {
            double now = view.max("usage");
            if (!view.has("usage")) {
              return Verdict.unknown("usage");
            }
            seen = seen + 1;
            average = average + %s * (now - average);
            return average > 0.6
                ? Verdict.breach("average " + average + " after " + seen)
                : Verdict.pass();
          }

          public void saveState(StateWriter state) {
            state.number("average", average);
            state.integer("seen", seen);
          }

          public void restoreState(StateReader state, int fromVersion) {
            average = state.number("average", 0);
            seen = state.integer("seen", 0);
          }
        }
        """
            .formatted(weight);
  }

  @TempDir Path home;

  private final VirtualTimer timer = new VirtualTimer(START);
  private final Closers store = new Closers();
  private final FakeServer server = new FakeServer();

  @SuppressWarnings("NullAway.Init") // by open(), after the first sources were dropped
  private OpenedStore opened;

  @SuppressWarnings("NullAway.Init") // by open()
  private Life life;

  @AfterEach
  void end() {
    if (life != null) {
      life.close();
    }
    store.close();
  }

  private void open() {
    opened = OpenedStore.open(PersistenceConfig.of(home.resolve("data")), timer, store);
    life = new Life();
  }

  private void drop(String name, String source) throws IOException {
    Path folder = Files.createDirectories(home.resolve("guardrails"));
    Files.write(folder.resolve(name), source.getBytes(UTF_8));
  }

  private List<VerdictRecord> verdicts() {
    return Pages.all(
        HistoryQuery.newestOf(TARGET.id()), page -> opened.memory().verdicts(page, null));
  }

  private Replayer replayer() {
    return new Replayer(
        opened.memory(),
        opened.catalog(),
        life.platform.trialUnits(home.resolve("trials")),
        verdict -> Target.of(TARGET.url(), TARGET.mode(), verdict.scrapeInterval()));
  }

  @Test
  void everyStoredVerdictIsReachedAgainToTheLastCharacter() throws IOException {
    drop("Usage.java", USAGE);
    drop("Smooth.java", smooth("1.0.0", "0.05"));
    open();
    life.run(Duration.ofMinutes(75));
    life.close();
    timer.advance(Duration.ofMinutes(11));
    life = new Life();
    life.run(Duration.ofMinutes(40));
    drop("Smooth.java", smooth("1.1.0", "0.2"));
    life.look();
    life.run(Duration.ofMinutes(60));
    life.writer.flush();
    life.engine.close();

    List<VerdictRecord> stored = verdicts();

    assertThat(stored).hasSizeGreaterThan(100);
    Set<VerdictKind> kinds = new TreeSet<>();
    Set<String> codes = new TreeSet<>();
    List<String> different = new ArrayList<>();
    int withState = 0;
    int firing = 0;
    Replayer replayer = replayer();
    for (VerdictRecord one : stored) {
      kinds.add(one.kind());
      codes.add(one.codeHash());
      withState += one.stateHash() == null || one.stateHash().isEmpty() ? 0 : 1;
      firing += one.firing() ? 1 : 0;
      ReplayedVerdict again = replayer.replay(one);
      if (!again.identical()) {
        different.add(one + " became " + again.kind() + " " + again.reason());
      }
    }
    assertThat(different).isEmpty();
    assertThat(kinds).containsExactlyInAnyOrder(VerdictKind.values());
    assertThat(codes).as("two versions of one guardrail and another").hasSize(3);
    assertThat(withState).isGreaterThan(20);
    assertThat(firing).isPositive();
  }

  @Test
  void aSampleThatWasAlteredIsFoundOut() throws IOException {
    drop("Usage.java", USAGE);
    open();
    life.run(Duration.ofMinutes(25));
    life.writer.flush();
    VerdictRecord breach =
        verdicts().stream()
            .filter(one -> one.kind() == VerdictKind.BREACH)
            .findFirst()
            .orElseThrow();
    Replayer replayer = replayer();
    assertThat(replayer.replay(breach).identical()).isTrue();

    SeriesKey key =
        new SeriesKey(
            "usage",
            Labels.of("engine", "0").with("job", "vllm").with("instance", TARGET.id().instance()));
    assertThat(
            opened
                .stores()
                .series()
                .append(
                    List.of(
                        new SampleBatch(
                            TARGET.id(), breach.at(), List.of(key), new double[] {7.5})),
                    AppendMode.IMPORTED)
                .rejected())
        .isEmpty();

    ReplayedVerdict again = replayer.replay(breach);
    assertThat(again.identical()).isFalse();
    assertThat(again.kind()).isEqualTo(VerdictKind.BREACH);
    assertThat(again.reason()).isNotEqualTo(breach.reason());
  }

  @Test
  void theVerdictsNearestBeforeAnInstantAreFound() throws IOException {
    drop("Usage.java", USAGE);
    drop("Smooth.java", smooth("1.0.0", "0.05"));
    open();
    life.run(Duration.ofMinutes(25));
    life.engine.close();
    Instant at = START.plusSeconds(900);

    List<VerdictRecord> found = replayer().find(TARGET.id(), at, null);

    assertThat(found)
        .extracting(VerdictRecord::guardrail)
        .containsExactlyInAnyOrder("smooth", "usage");
    assertThat(found).allSatisfy(one -> assertThat(one.at()).isBeforeOrEqualTo(at));
    for (VerdictRecord one : found) {
      assertThat(verdicts())
          .filteredOn(other -> other.guardrail().equals(one.guardrail()))
          .noneMatch(other -> other.at().isAfter(one.at()) && !other.at().isAfter(at));
    }
  }

  @Test
  void newCodeIsRehearsedOverWhatIsStoredBeforeItGoesLive() throws IOException {
    drop("Usage.java", USAGE);
    open();
    life.run(Duration.ofMinutes(30));
    life.writer.flush();

    drop("Broken.java", always("broken", "Broken", "throw new IllegalStateException(\"no\");"));
    drop("Eager.java", always("eager", "Eager", "return Verdict.breach(\"always\");"));
    drop("Smooth.java", smooth("1.0.0", "0.05"));
    life.look();

    ExtensionSet live = life.platform.forTarget(TARGET);
    assertThat(live.guardrails())
        .extracting(bound -> bound.unit() + (bound.shadow() ? " in shadow" : ""))
        .containsExactlyInAnyOrder("usage", "smooth", "eager in shadow");
    assertThat(life.problems.open())
        .extracting(Problem::code)
        .contains(ErrorCode.PLUGIN_REHEARSAL_REFUSED, ErrorCode.REHEARSAL_FIRES_OFTEN)
        .doesNotContain(ErrorCode.REHEARSAL_FAILED);
    assertThat(opened.memory().rehearsals(HistoryQuery.newest(), null).items())
        .extracting(receipt -> receipt.unit() + " " + receipt.result())
        .contains("broken REJECTED", "eager SHADOW", "smooth PASSED");
    Rehearsal smooth = opened.memory().rehearsals(HistoryQuery.newest(), "smooth").items().get(0);
    assertThat(smooth.trials().get(0).ticks()).isBetween(355L, 365L);

    assertThat(life.platform.promote("eager", Stage.ACT, "by a test").generation().status())
        .isEqualTo(CodeStatus.ACTIVE);
    assertThat(life.platform.forTarget(TARGET).guardrails()).noneMatch(Bound::shadow);
  }

  private static String always(String id, String name, String body) {
    return HEAD.formatted(id, "1.0.0", name, id)
        + "  public Verdict check(MetricView view) {\n    "
        + body
        + "\n  }\n}\n";
  }

  /** One run of the engine on the store that outlives it. */
  private final class Life implements AutoCloseable {
    private final OwnMetrics metrics = new OwnMetrics();
    private final Problems problems = new Problems(timer, opened.memory());
    private final SampleWriter writer =
        new SampleWriter(opened.stores().series(), Duration.ofMillis(10), metrics, problems);
    private final PluginPlatform platform =
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
                unit -> Settings.empty(),
                Set.of(),
                target ->
                    call -> {
                      throw new UnsupportedOperationException();
                    },
                timer,
                unit -> new Random(1),
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
    private final Engine engine;
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
