package io.vllmmonitor.core.plugin;

import io.vllmmonitor.api.config.Settings;
import io.vllmmonitor.api.guardrail.Guardrail;
import io.vllmmonitor.api.history.RestoreReport;
import io.vllmmonitor.api.notify.Notification;
import io.vllmmonitor.api.plugin.HttpService;
import io.vllmmonitor.api.sample.MetricCatalog;
import io.vllmmonitor.api.target.Target;
import io.vllmmonitor.api.target.TargetMode;
import io.vllmmonitor.core.extension.Bound;
import io.vllmmonitor.core.jar.JarPolicy;
import io.vllmmonitor.core.jar.Machine;
import io.vllmmonitor.core.jar.TrustPolicy;
import io.vllmmonitor.core.telemetry.OwnMetrics;
import io.vllmmonitor.core.telemetry.Problems;
import io.vllmmonitor.testkit.plugin.FakeMetricView;
import io.vllmmonitor.testkit.plugin.FakeTargetHttp;
import io.vllmmonitor.testkit.store.InMemoryBlobStore;
import io.vllmmonitor.testkit.time.ManualClock;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.stream.Stream;

/** A platform over real folders, with a memory that outlives it and time that the test owns. */
final class PlatformRig {
  static final Target ADVISED = target(8000, TargetMode.ADVISE);
  static final Target ACTED = target(8001, TargetMode.ACT);

  final Path bundled;
  final Path plugins;
  final Path guardrails;
  final Path extensions;
  final MemoryHistory history = new MemoryHistory();
  final InMemoryBlobStore blobs = new InMemoryBlobStore();
  final ManualClock clock = ManualClock.at("2026-11-25T00:00:00Z");
  final Map<String, Settings> settings = new HashMap<>();
  final List<Notification> news = new CopyOnWriteArrayList<>();
  Function<URI, HttpService> servers = base -> new FakeTargetHttp();
  Problems problems = new Problems(clock, history);
  final AtomicLong nanos = new AtomicLong();
  OwnMetrics metrics = new OwnMetrics();
  RehearsalGate gate = RehearsalGate.open();
  boolean autoPromote;
  boolean authoritative = true;
  TrustPolicy trust = TrustPolicy.standard();
  Machine machine = new Machine("x86_64", "linux", 4, 8L << 30, List.of());
  private final Path home;

  PlatformRig(Path home) throws IOException {
    this.home = home;
    bundled = Files.createDirectory(home.resolve("bundled"));
    plugins = Files.createDirectory(home.resolve("plugins"));
    guardrails = Files.createDirectory(home.resolve("guardrails"));
    extensions = Files.createDirectory(home.resolve("extensions"));
    // Whatever the umask of whoever runs the tests.
    Files.setPosixFilePermissions(plugins, PosixFilePermissions.fromString("rwx------"));
  }

  /** A platform that has not been booted; each is a new life of the daemon. */
  PluginPlatform open() {
    problems = new Problems(clock, history);
    metrics = new OwnMetrics();
    return new PluginPlatform(
        new PlatformFolders(
            bundled,
            plugins,
            guardrails,
            extensions,
            home.resolve("work"),
            autoPromote,
            authoritative),
        new PlatformServices(
            blobs,
            history,
            history,
            problems,
            new MetricCatalog(),
            unit -> settings.getOrDefault(unit, Settings.empty()),
            settings.keySet(),
            target -> new FakeTargetHttp(),
            clock,
            unit -> new SplittableRandom(7),
            context(),
            new JarPolicy(trust, () -> machine)),
        policy(),
        Duration.ofSeconds(2));
  }

  /** The services of plugins over the rig's own parts. */
  ContextServices context() {
    return new ContextServices(
        servers,
        reference -> "secret of " + reference,
        metrics,
        news::add,
        () -> "id-" + news.size());
  }

  private PlatformPolicy policy() {
    return new PlatformPolicy(
        PlatformPolicy.PROBATION, PlatformPolicy.PROBATION_CALLS, gate, metrics, nanos::get);
  }

  PluginPlatform boot() {
    PluginPlatform platform = open();
    platform.boot();
    return platform;
  }

  /** Lets the folders settle and deletions count. */
  void settle(PluginPlatform platform) {
    for (int i = 0; i < 12; i++) {
      platform.scan(clock.advance(Duration.ofMillis(300)));
    }
  }

  void drop(Path folder, String name, byte[] bytes) throws IOException {
    Path half = folder.resolve("." + name);
    Files.write(half, bytes);
    Files.setPosixFilePermissions(half, PosixFilePermissions.fromString("rw-------"));
    Files.move(half, folder.resolve(name), java.nio.file.StandardCopyOption.REPLACE_EXISTING);
  }

  void drop(String name, String source) throws IOException {
    drop(guardrails, name, source.getBytes(java.nio.charset.StandardCharsets.UTF_8));
  }

  void dropExtension(String name, String source) throws IOException {
    drop(extensions, name, source.getBytes(java.nio.charset.StandardCharsets.UTF_8));
  }

  static void empty(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
  }

  static List<String> guardrails(PluginPlatform platform, Target target) {
    return platform.forTarget(target).guardrails().stream()
        .map(bound -> bound.extension().id())
        .toList();
  }

  /** What a guardrail says of an empty view. */
  static String said(PluginPlatform platform, Target target, String guardrail) {
    for (Bound<Guardrail> bound : platform.forTarget(target).guardrails()) {
      if (bound.extension().id().equals(guardrail)) {
        return bound
            .extension()
            .check(FakeMetricView.empty())
            .match(pass -> "pass", breach -> breach.reason(), unknown -> unknown.missing());
      }
    }
    return "absent";
  }

  List<String> problemCodes(String subject) {
    return problems.open().stream()
        .filter(problem -> problem.subject().equals(subject))
        .map(problem -> problem.code().name())
        .sorted()
        .toList();
  }

  static List<String> lines(List<RestoreReport.Item> items) {
    return items.stream()
        .map(item -> item.kind() + " " + item.subject() + " " + item.status() + " " + item.detail())
        .toList();
  }

  /** A source that says this. */
  static String source(String id, String version, String reason) {
    return """
        /*
         * id: ID
         * version: VERSION
         * description: Says something.
         * config.word: default
         */
        import io.vllmmonitor.api.extension.*;
        import io.vllmmonitor.api.guardrail.*;
        import io.vllmmonitor.api.lifecycle.FailureKind;
        import io.vllmmonitor.api.plugin.PluginContext;
        import io.vllmmonitor.api.view.MetricView;
        public class Saying implements Guardrail {
          private final String word;
          private long count;
          public Saying(PluginContext context) { word = context.config().string("word", "none"); }
          public String id() { return "ID"; }
          public GuardrailSpec spec() {
            return GuardrailSpec.of(Severity.ERROR, FailureKind.CACHE_OVERFLOW, "Says.");
          }
          public Verdict check(MetricView view) {
            count++;
            return Verdict.breach("REASON " + word + " " + count);
          }
          public void saveState(StateWriter state) { state.integer("count", count); }
          public void restoreState(StateReader state, int version) {
            count = state.integer("count", 0L);
          }
        }
        """
        .replace("ID", id)
        .replace("VERSION", version)
        .replace("REASON", reason);
  }

  private static Target target(int port, TargetMode mode) {
    return Target.of(URI.create("http://127.0.0.1:" + port), mode, Duration.ofSeconds(1));
  }
}
