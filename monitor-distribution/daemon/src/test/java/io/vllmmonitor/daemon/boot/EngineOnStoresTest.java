package io.vllmmonitor.daemon.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.guardrail.FiringStatus;
import io.vllmmonitor.api.guardrail.Guardrail;
import io.vllmmonitor.api.guardrail.GuardrailSpec;
import io.vllmmonitor.api.guardrail.Severity;
import io.vllmmonitor.api.guardrail.Verdict;
import io.vllmmonitor.api.history.HistoryQuery;
import io.vllmmonitor.api.history.RestoreReport;
import io.vllmmonitor.api.incident.IncidentStatus;
import io.vllmmonitor.api.learning.Learner;
import io.vllmmonitor.api.lifecycle.FailureKind;
import io.vllmmonitor.api.lifecycle.LifecycleListener;
import io.vllmmonitor.api.lifecycle.LifecycleState;
import io.vllmmonitor.api.mitigation.Actuator;
import io.vllmmonitor.api.mitigation.MitigationStrategy;
import io.vllmmonitor.api.notify.Exporter;
import io.vllmmonitor.api.notify.Notifier;
import io.vllmmonitor.api.prediction.FailurePredictor;
import io.vllmmonitor.api.sample.MetricCatalog;
import io.vllmmonitor.api.sample.MetricSpec;
import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.api.source.Answer;
import io.vllmmonitor.api.source.CollectScope;
import io.vllmmonitor.api.source.MetricsSource;
import io.vllmmonitor.api.source.SampleSink;
import io.vllmmonitor.api.source.TargetDiscovery;
import io.vllmmonitor.api.source.TargetSignals;
import io.vllmmonitor.api.target.Target;
import io.vllmmonitor.api.target.TargetMode;
import io.vllmmonitor.api.view.MetricView;
import io.vllmmonitor.core.engine.DiscoveryLoop;
import io.vllmmonitor.core.engine.Engine;
import io.vllmmonitor.core.engine.EngineServices;
import io.vllmmonitor.core.engine.TargetStatus;
import io.vllmmonitor.core.extension.Bound;
import io.vllmmonitor.core.extension.ExtensionCatalog;
import io.vllmmonitor.core.extension.ExtensionSet;
import io.vllmmonitor.core.guardrail.GuardrailStatus;
import io.vllmmonitor.core.identity.TimeOrderedIds;
import io.vllmmonitor.core.lifecycle.LifecyclePolicy;
import io.vllmmonitor.core.mitigation.InterventionPolicy;
import io.vllmmonitor.core.sampling.SampleWriter;
import io.vllmmonitor.core.sampling.Sampler;
import io.vllmmonitor.core.sampling.SamplingPools;
import io.vllmmonitor.core.sampling.ThreadTimer;
import io.vllmmonitor.core.telemetry.OwnMetrics;
import io.vllmmonitor.core.telemetry.Problems;
import io.vllmmonitor.persistence.memory.StoredMemory;
import io.vllmmonitor.testkit.store.InMemoryRecordStore;
import io.vllmmonitor.testkit.store.InMemorySeriesStore;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The engine on real stores of the testkit: from scrape to incident, and back after a restart. */
class EngineOnStoresTest {
  private static final Target TARGET =
      Target.of(URI.create("http://gpu:8000"), TargetMode.OBSERVE, Duration.ofMillis(20));

  private final InstantSource clock = InstantSource.system();
  private final InMemorySeriesStore samples = new InMemorySeriesStore(clock);
  private final InMemoryRecordStore records = new InMemoryRecordStore();
  private final MetricCatalog catalog = new MetricCatalog();
  private final StoredMemory memory = new StoredMemory(samples, records, catalog);
  private final FakeServer server = new FakeServer();
  private @Nullable Life life;

  @AfterEach
  void end() {
    if (life != null) {
      life.close();
    }
  }

  @Test
  void aBreachGoesFromTheScrapeToAnIncidentInTheHistory() {
    Life first = start();
    await().until(() -> first.status().up());
    server.usage = 0.99;

    await()
        .until(
            () -> !memory.incidents(HistoryQuery.newest(), IncidentStatus.OPEN).items().isEmpty());

    assertThat(memory.firings(HistoryQuery.newest(), "usage", FiringStatus.FIRING).items())
        .hasSize(1);
    assertThat(first.engine.guardrails())
        .extracting(GuardrailStatus::standing)
        .containsExactly(GuardrailStatus.Standing.FIRING);
    assertThat(memory.latestCheckpoint(TARGET.id()).orElseThrow().state())
        .isEqualTo(LifecycleState.PROCESSING_REQUESTS);
  }

  @Test
  void everythingIsBackAfterARestart() {
    Life first = start();
    server.usage = 0.99;
    await()
        .until(
            () -> !memory.incidents(HistoryQuery.newest(), IncidentStatus.OPEN).items().isEmpty());
    String incident = memory.incidents(HistoryQuery.newest(), null).items().get(0).id();
    first.close();

    Life second = start();

    assertThat(second.restored)
        .filteredOn(item -> item.status() == RestoreReport.Status.RESTORED)
        .extracting(RestoreReport.Item::kind)
        .contains("metrics", "lifecycle", "incident", "guardrail");
    await().until(() -> second.status().up());
    server.usage = 0.1;
    await().until(() -> memory.incident(incident).orElseThrow().status() == IncidentStatus.CLOSED);
    assertThat(memory.incidents(HistoryQuery.newest(), null).items()).hasSize(1);
  }

  @Test
  void aTargetThatIsRefusedIsTerminatedAndSaysWhy() {
    Life first = start();
    await().until(() -> first.status().up());
    server.refused = true;

    await().until(() -> first.status().state() == LifecycleState.TERMINATED);

    TargetStatus status = first.status();
    assertThat(status.up()).isFalse();
    assertThat(status.error()).contains("VMON-2001");
  }

  @Test
  void discoveryNamesWhatASourceConfirms() {
    FakeExtensions extensions = new FakeExtensions(server);
    Problems problems = new Problems(clock, memory);
    DiscoveryLoop loop = new DiscoveryLoop(extensions, problems, clock, System::nanoTime);
    server.refused = true;

    assertThat(loop.look()).isEmpty();
    assertThat(problems.open())
        .singleElement()
        .satisfies(problem -> assertThat(problem.code()).isEqualTo(ErrorCode.TARGET_NOT_FOUND));

    server.refused = false;
    assertThat(loop.look())
        .singleElement()
        .satisfies(found -> assertThat(found.mode()).isEqualTo(TargetMode.ADVISE));
    assertThat(problems.open()).isEmpty();
    assertThat(loop.look()).as("a server is named once").isEmpty();
  }

  private Life start() {
    life = new Life();
    return life;
  }

  /** One run of the engine on the stores that outlive it. */
  private final class Life implements AutoCloseable {
    private final OwnMetrics metrics = new OwnMetrics();
    private final Problems problems = new Problems(clock, memory);
    private final ThreadTimer timer = new ThreadTimer("test-timer");
    private final SampleWriter writer =
        new SampleWriter(samples, Duration.ofMillis(10), metrics, problems);
    private final Engine engine;
    private final List<RestoreReport.Item> restored;
    private boolean closed;

    Life() {
      Sampler sampler =
          new Sampler(
              timer,
              clock,
              System::nanoTime,
              SamplingPools.collecting(),
              writer,
              catalog,
              metrics,
              problems);
      engine =
          new Engine(
              new EngineServices(
                  clock,
                  System::nanoTime,
                  new TimeOrderedIds(clock, new Random(1)),
                  memory,
                  memory,
                  catalog,
                  new FakeExtensions(server),
                  sampler,
                  problems,
                  metrics,
                  InterventionPolicy.defaults(),
                  () -> false,
                  SamplingPools.mailboxes(),
                  Runnable::run,
                  LifecyclePolicy.defaults(),
                  List.of()));
      restored = engine.restore(TARGET);
      engine.startSampling(TARGET);
    }

    TargetStatus status() {
      return engine.targets().get(0);
    }

    @Override
    public void close() {
      if (!closed) {
        closed = true;
        engine.close();
        writer.close();
        timer.close();
      }
    }
  }

  /** A server, its source and its guardrail in one. */
  private static final class FakeServer {
    private volatile double usage = 0.1;
    private volatile boolean refused;

    void answer() {
      if (refused) {
        throw new MonitorException(
            ErrorCode.TARGET_UNREACHABLE, Blame.ENVIRONMENT, "nobody listens");
      }
    }
  }

  private record FakeSource(FakeServer server) implements MetricsSource {
    @Override
    public String id() {
      return "fake";
    }

    @Override
    public List<MetricSpec> metrics() {
      return List.of();
    }

    @Override
    public void probe(Target target, CollectScope scope) {
      server.answer();
    }

    @Override
    public void collect(Target target, SampleSink sink, CollectScope scope) {
      server.answer();
      sink.sample(SeriesKey.of("usage"), server.usage);
      sink.signals(
          TargetSignals.builder()
              .healthy(Answer.YES)
              .workPending(Answer.YES)
              .progress(System.nanoTime())
              .incarnation("life")
              .build());
    }
  }

  private static final class UsageGuardrail implements Guardrail {
    @Override
    public String id() {
      return "usage";
    }

    @Override
    public GuardrailSpec spec() {
      return GuardrailSpec.of(Severity.ERROR, FailureKind.CACHE_OVERFLOW, "usage is high")
          .withBreachFor(Duration.ofMillis(50))
          .withKeepFiringFor(Duration.ofMillis(50));
    }

    @Override
    public Verdict check(MetricView view) {
      return view.value("usage") > 0.9 ? Verdict.breach("usage is high") : Verdict.pass();
    }
  }

  private record FakeExtensions(FakeServer server) implements ExtensionCatalog {
    @Override
    public ExtensionSet forTarget(Target target) {
      return new FakeSet(
          List.of(new Bound<>(new FakeSource(server), "fake", "hash", false)),
          List.of(new Bound<>(new UsageGuardrail(), "fake", "hash", false)));
    }

    @Override
    public List<Bound<TargetDiscovery>> discoveries() {
      return List.of(new Bound<>(new FakeDiscovery(), "fake", "hash", false));
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

  private static final class FakeDiscovery implements TargetDiscovery {
    @Override
    public String id() {
      return "fake";
    }

    @Override
    public List<URI> candidates() {
      return List.of(URI.create("http://127.0.0.1:8000"));
    }
  }

  private record FakeSet(List<Bound<MetricsSource>> sources, List<Bound<Guardrail>> guardrails)
      implements ExtensionSet {
    @Override
    public List<Bound<LifecycleListener>> listeners() {
      return List.of();
    }

    @Override
    public List<Bound<FailurePredictor>> predictors() {
      return List.of();
    }

    @Override
    public List<Bound<MitigationStrategy>> strategies() {
      return List.of();
    }

    @Override
    public List<Bound<Actuator>> actuators() {
      return List.of();
    }

    @Override
    public void saveStates() {}
  }
}
