package io.vllmmonitor.daemon.web;

import io.vllmmonitor.api.code.CodeStatus;
import io.vllmmonitor.api.code.LifePhase;
import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.history.Problem;
import io.vllmmonitor.api.learning.ModelCard;
import io.vllmmonitor.api.plugin.PluginStatus;
import io.vllmmonitor.api.sample.MetricCatalog;
import io.vllmmonitor.api.sample.Sample;
import io.vllmmonitor.api.sample.SampleBatch;
import io.vllmmonitor.api.sample.SeriesData;
import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.api.sample.SeriesSelector;
import io.vllmmonitor.api.store.AppendMode;
import io.vllmmonitor.api.store.AppendResult;
import io.vllmmonitor.api.store.Capability;
import io.vllmmonitor.api.store.RecordKind;
import io.vllmmonitor.api.store.SeriesStore;
import io.vllmmonitor.core.audit.AuditLog;
import io.vllmmonitor.core.engine.EngineStatus;
import io.vllmmonitor.core.engine.TargetStatus;
import io.vllmmonitor.core.guardrail.GuardrailStatus;
import io.vllmmonitor.core.identity.TimeOrderedIds;
import io.vllmmonitor.core.jar.Approval;
import io.vllmmonitor.core.outcome.HappyPaths;
import io.vllmmonitor.core.plugin.InstanceHealth;
import io.vllmmonitor.core.plugin.PluginDirectory;
import io.vllmmonitor.core.plugin.PluginStory;
import io.vllmmonitor.core.plugin.PluginSummary;
import io.vllmmonitor.core.plugin.UnitCalls;
import io.vllmmonitor.core.prediction.PredictorStatus;
import io.vllmmonitor.core.telemetry.Problems;
import io.vllmmonitor.persistence.backup.Backups;
import io.vllmmonitor.persistence.exchange.Exchange;
import io.vllmmonitor.persistence.exchange.ExchangeStores;
import io.vllmmonitor.persistence.ingest.Ingest;
import io.vllmmonitor.persistence.retention.RetentionPlan;
import io.vllmmonitor.persistence.verify.VerifyReport;
import io.vllmmonitor.persistence.verify.VerifyWatch;
import io.vllmmonitor.testkit.store.InMemoryBlobStore;
import io.vllmmonitor.testkit.store.InMemoryRecordStore;
import io.vllmmonitor.testkit.store.InMemorySeriesStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** The real HTTP server on a free loopback port with hand-made answers behind it. */
public final class FakeDaemon implements AutoCloseable {
  /** What time it is there. */
  public static final Instant NOW = Instant.parse("2026-11-25T12:00:00Z");

  public static final String TOKEN = "0123456789abcdef0123";

  public final FakeHistory history = new FakeHistory();
  public final List<TargetStatus> targets = new CopyOnWriteArrayList<>();
  public final List<GuardrailStatus> guardrails = new CopyOnWriteArrayList<>();
  public final List<PredictorStatus> predictors = new CopyOnWriteArrayList<>();
  public final List<ModelCard> learners = new CopyOnWriteArrayList<>();
  public final List<Problem> problems = new CopyOnWriteArrayList<>();
  public final List<PluginSummary> plugins = new CopyOnWriteArrayList<>();
  public final List<Sample> latest = new CopyOnWriteArrayList<>();
  public final MetricCatalog catalog = new MetricCatalog();
  public final AtomicInteger stops = new AtomicInteger();
  private final CountDownLatch stopped = new CountDownLatch(1);
  public volatile Optional<String> notReady = Optional.empty();
  public volatile Runnable onStop = () -> {};

  public final InMemorySeriesStore samples = new InMemorySeriesStore(() -> NOW);
  public final InMemoryRecordStore records = new InMemoryRecordStore();
  public volatile VerifyReport verified =
      new VerifyReport(
          Path.of("/var/lib/x"), false, NOW, true, List.of(), List.of(), 0, List.of(), 1_000);
  private final Path exchangeData = temporary();
  private final TimeOrderedIds ids = new TimeOrderedIds(() -> NOW, new Random(1));
  private final AuditLog audit =
      new AuditLog(() -> NOW, ids, history, new Problems(() -> NOW, history));
  private final ExchangeJobs exchange =
      new ExchangeJobs(
          new Exchange(
              new ExchangeStores(samples, records, new InMemoryBlobStore()),
              exchangeData,
              "0.1.0",
              () -> NOW,
              note -> {}),
          new StoreCommands() {
            @Override
            public Backups.Backup backUp() {
              return new Backups.Backup(exchangeData.resolve("backups/1"), NOW, 3, 300, 100);
            }

            @Override
            public RetentionPlan forget(boolean dryRun) {
              return new RetentionPlan(
                  NOW,
                  List.of(),
                  List.of(new RetentionPlan.RecordRemoval(RecordKind.AUDIT, NOW, 5, 1)),
                  0);
            }

            @Override
            public VerifyReport verify(@Nullable Path backup, VerifyWatch watch) {
              watch.step("monitor.db");
              watch.checked(7);
              return verified;
            }
          },
          audit);

  /** What was pushed. */
  public final SeriesStore pushed;

  /** Bodies by route and status. */
  public final Map<String, Integer> bodies = new ConcurrentHashMap<>();

  final FakeTrials trials = new FakeTrials();
  final CountingMeter meter = new CountingMeter();
  volatile Runnable onFlush = () -> {};

  private final WebServer server;
  private final InetSocketAddress address;

  public FakeDaemon() {
    this(WebLimits.standard());
  }

  FakeDaemon(WebLimits limits) {
    this(limits, new InMemorySeriesStore(() -> NOW));
  }

  /** One whose pushed samples go to this store. */
  FakeDaemon(WebLimits limits, SeriesStore pushed) {
    this.pushed = pushed;
    server = new WebServer(services(), limits);
    address = server.start(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
  }

  private static Path temporary() {
    try {
      return Files.createTempDirectory("fake-daemon-");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Where it listens. */
  public InetSocketAddress address() {
    return address;
  }

  public String url() {
    return "http://127.0.0.1:" + address.getPort();
  }

  /** A further server with the same answers, not started. */
  WebServer another() {
    return new WebServer(services());
  }

  @Override
  public void close() {
    server.close();
    exchange.close();
    try {
      Files.deleteIfExists(exchangeData);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private WebServices services() {
    return new WebServices(
        history,
        new Engine(),
        new Plugins(),
        new Latest(),
        new Ingest(pushed, () -> NOW, meter),
        (route, status) -> bodies.merge(route + " " + status, 1, Integer::sum),
        catalog,
        new Reads(),
        exchange,
        () -> "vllm_monitor_up 1\n",
        () -> notReady,
        Token.of(TOKEN),
        () -> {
          stops.incrementAndGet();
          stopped.countDown();
          onStop.run();
        },
        new DaemonInfo("0.1.0", Path.of("/var/lib/x"), 42, NOW.minus(Duration.ofHours(3))),
        () -> NOW,
        new HappyPaths(history, history, () -> NOW, ids),
        audit,
        trials.make(
            history, () -> plugins, () -> guardrails, catalog, ids, () -> NOW, exchangeData));
  }

  /** Whether it was asked to stop, which may come a moment after the answer. */
  public boolean awaitStop() throws InterruptedException {
    return stopped.await(10, TimeUnit.SECONDS);
  }

  private final class Engine implements EngineStatus {
    @Override
    public List<TargetStatus> targets() {
      return targets;
    }

    @Override
    public List<GuardrailStatus> guardrails() {
      return guardrails;
    }

    @Override
    public List<PredictorStatus> predictors() {
      return predictors;
    }

    @Override
    public List<ModelCard> learners() {
      return learners;
    }

    @Override
    public List<Problem> problems() {
      return problems;
    }
  }

  private final class Plugins implements PluginDirectory {
    @Override
    public List<PluginSummary> plugins() {
      return plugins;
    }

    @Override
    public PluginSummary disable(String unit) {
      return change(unit, CodeStatus.DISABLED, PluginStatus.INACTIVE);
    }

    @Override
    public PluginSummary enable(String unit) {
      return change(unit, CodeStatus.ACTIVE, PluginStatus.ACTIVE);
    }

    @Override
    public Approval approve(String unit) {
      if (plugins.stream().noneMatch(plugin -> plugin.generation().unit().equals(unit))) {
        throw new MonitorException(
            ErrorCode.PLUGIN_NOT_FOUND, Blame.OPERATOR, "No jar of '" + unit + "' waits");
      }
      return new Approval(unit, unit + ".jar", "ab12", "the key SHA256:abc");
    }

    @Override
    public PluginSummary rollback(String unit) {
      return change(unit, CodeStatus.ACTIVE, PluginStatus.ACTIVE);
    }

    @Override
    public PluginStory why(String unit) {
      PluginSummary summary =
          plugins.stream()
              .filter(plugin -> plugin.generation().unit().equals(unit))
              .findFirst()
              .orElseGet(() -> change(unit, CodeStatus.ACTIVE, PluginStatus.ACTIVE));
      return new PluginStory(
          summary,
          "Nothing is wrong with it",
          Duration.ofSeconds(12),
          List.of(),
          List.of("other"),
          new UnitCalls(7, 2, 1, 0, 0, 0, "broken", NOW),
          List.of(
              new InstanceHealth(
                  "guardrail:kv-thrash",
                  Entities.TARGET,
                  "half_open",
                  5,
                  Duration.ofSeconds(2),
                  "broken",
                  NOW)),
          List.of(summary.generation()),
          List.copyOf(history.transitions));
    }

    private PluginSummary change(String unit, CodeStatus status, PluginStatus summary) {
      for (int i = 0; i < plugins.size(); i++) {
        PluginSummary before = plugins.get(i);
        if (before.generation().unit().equals(unit)) {
          PluginSummary after =
              new PluginSummary(
                  before.generation().withStatus(status, "by the operator", NOW),
                  status == CodeStatus.ACTIVE ? LifePhase.ACTIVE : LifePhase.UNLOADED,
                  summary,
                  before.extensions(),
                  before.trust(),
                  before.compiler());
          plugins.set(i, after);
          return after;
        }
      }
      throw new MonitorException(
          ErrorCode.PLUGIN_NOT_FOUND, Blame.OPERATOR, "There is no plugin '" + unit + "'");
    }
  }

  private final class Latest implements SeriesStore {
    @Override
    public Set<Capability> capabilities() {
      return Set.of();
    }

    @Override
    public AppendResult append(List<SampleBatch> batches, AppendMode mode) {
      throw new UnsupportedOperationException("read only");
    }

    @Override
    public List<SeriesKey> series(SeriesSelector selector, Instant from, Instant to) {
      return latest(selector).stream().map(Sample::series).toList();
    }

    @Override
    public List<SeriesData> read(
        SeriesSelector selector, Instant from, Instant to, int maxSamples) {
      throw new UnsupportedOperationException("not asked here");
    }

    @Override
    public List<Sample> latest(SeriesSelector selector) {
      return latest.stream()
          .filter(sample -> selector.compile(pattern -> value -> true).test(sample.series()))
          .toList();
    }

    @Override
    public void flush() {
      onFlush.run();
    }

    @Override
    public Statistics statistics() {
      return pushed.statistics();
    }

    @Override
    public void close() {}
  }

  /** Knows {@code 1+1}; echoes what else it is asked; refuses functions and fails on purpose. */
  private final class Reads implements PrometheusReads {
    @Override
    public byte[] query(String expression, Instant at) {
      if (expression.equals("break")) {
        throw new IllegalStateException("secret inner detail");
      }
      if (expression.contains("(")) {
        throw new MonitorException(
            ErrorCode.QUERY_UNSUPPORTED, Blame.OPERATOR, "Functions are not supported yet");
      }
      String value = expression.equals("1+1") ? "2" : expression;
      return json(
          "{\"resultType\":\"scalar\",\"result\":["
              + at.toEpochMilli() / 1000.0
              + ",\""
              + value
              + "\"]}");
    }

    @Override
    public byte[] queryRange(String expression, Instant start, Instant end, Duration step) {
      return json(
          "{\"resultType\":\"matrix\",\"result\":[],\"asked\":\""
              + expression
              + " "
              + start
              + " "
              + end
              + " "
              + step
              + "\"}");
    }

    @Override
    public List<SeriesKey> series(List<String> match, Instant from, Instant to) {
      return latest.stream()
          .map(Sample::series)
          .filter(
              key ->
                  match.isEmpty()
                      || match.stream()
                          .anyMatch(
                              text ->
                                  SeriesSelector.parse(text)
                                      .compile(pattern -> value -> true)
                                      .test(key)))
          .toList();
    }

    @Override
    public List<String> labels(List<String> match, Instant from, Instant to) {
      return series(match, from, to).stream()
          .flatMap(key -> key.labels().toMap().keySet().stream())
          .distinct()
          .sorted()
          .toList();
    }

    @Override
    public List<String> labelValues(String label, List<String> match, Instant from, Instant to) {
      return series(match, from, to).stream()
          .map(key -> label.equals("__name__") ? key.name() : key.labels().get(label))
          .filter(value -> value != null)
          .map(String::valueOf)
          .distinct()
          .sorted()
          .toList();
    }

    private byte[] json(String data) {
      return ("{\"status\":\"success\",\"data\":" + data + "}").getBytes(StandardCharsets.UTF_8);
    }
  }
}
