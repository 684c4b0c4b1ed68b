package io.vllmmonitor.core.plugin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vllmmonitor.api.config.Settings;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.guardrail.Severity;
import io.vllmmonitor.api.history.History;
import io.vllmmonitor.api.history.HistoryQuery;
import io.vllmmonitor.api.plugin.HttpCall;
import io.vllmmonitor.api.plugin.HttpService;
import io.vllmmonitor.api.plugin.Meter;
import io.vllmmonitor.api.plugin.Registration;
import io.vllmmonitor.core.extension.Evaluation;
import io.vllmmonitor.core.jar.JarPolicy;
import io.vllmmonitor.core.worker.DeadlineWorker;
import io.vllmmonitor.testkit.plugin.FakeTargetHttp;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The services of one set of instances, without a plugin around them. */
class UnitContextTest {
  @TempDir Path home;
  private PlatformRig rig;
  private PlatformServices services;
  private ContextFactory factory;

  @BeforeEach
  void open() throws IOException {
    rig = new PlatformRig(home);
    services = services();
    factory = new ContextFactory(services);
  }

  private PlatformServices services() {
    return new PlatformServices(
        rig.blobs,
        rig.history,
        rig.history,
        rig.problems,
        new io.vllmmonitor.api.sample.MetricCatalog(),
        unit -> rig.settings.getOrDefault(unit, Settings.empty()),
        rig.settings.keySet(),
        target -> new FakeTargetHttp(),
        rig.clock,
        unit -> new SplittableRandom(7),
        rig.context(),
        new JarPolicy(rig.trust, () -> rig.machine));
  }

  private void release(UnitContext context) {
    context.scope().release(new DeadlineWorker("test", Duration.ofSeconds(5), 1), rig.problems);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "hooks.example:8443 | | https://hooks.example:8443/x | true",
        "hooks.example:8443 | | https://hooks.example/x | false",
        "Hooks.Example | | https://hooks.example/x | true",
        "hooks.example | | http://HOOKS.example | true",
        "hooks.example | | https://hooks.example:8443 | false",
        "a, [::1]:9 | | http://[::1]:9 | true",
        "a | | http://b | false",
        " | https://given.example/path | https://given.example | true",
        " | https://given.example/path | http://given.example | false",
        " | no url at all | http://no | false",
      })
  void aServerIsAllowedByNameAndPort(String hosts, String url, String asked, boolean allowed) {
    Map<String, String> values =
        hosts == null ? Map.of("slack_url", url) : Map.of("allowed_hosts", hosts);
    AllowedServers servers = new AllowedServers("acme", Settings.of(values));
    if (allowed) {
      assertThat(servers.checked(URI.create(asked))).isEqualTo(URI.create(asked));
    } else {
      assertThatThrownBy(() -> servers.checked(URI.create(asked)))
          .isInstanceOfSatisfying(
              MonitorException.class,
              e -> assertThat(e.code()).isEqualTo(ErrorCode.PLUGIN_CAPABILITY_DENIED));
    }
  }

  @ParameterizedTest
  @CsvSource({"ftp://a", "http:/nowhere", "http://user@a", "http://a/?q=1", "http://a/#f"})
  void whatIsNoBaseOfAServerIsRefused(String base) {
    AllowedServers servers = new AllowedServers("acme", Settings.of(Map.of("allowed_hosts", "a")));
    assertThatThrownBy(() -> servers.checked(URI.create(base)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(base);
  }

  @Test
  void whatTheCodeBringsAsConfigurationAllowsNothing() {
    UnitContext context =
        factory.make("acme", null, Settings.of(Map.of("allowed_hosts", "a", "token", "env:PATH")));
    assertThat(context.config().string("allowed_hosts", "")).isEqualTo("a");
    assertThatThrownBy(() -> context.http(URI.create("http://a")))
        .hasMessageContaining("allows no server");
    assertThatThrownBy(() -> context.secrets().secret("token")).hasMessageContaining("is not set");
  }

  @Test
  void afterTheReleaseNothingWorksAnyMore() {
    UnitContext context = factory.make("acme", PlatformRig.ADVISED, Settings.empty());
    HttpService http = context.http();
    History history = context.history();
    Meter.Counter counter = context.meter().counter("seen", "Seen.");
    Registration task = context.schedule().every(Duration.ofHours(1), () -> {});
    counter.increment();
    assertThat(rig.metrics.render()).contains("vllm_monitor_plugin_seen_total");
    release(context);

    assertThat(task.isActive()).isFalse();
    counter.increment();
    assertThat(rig.metrics.render()).doesNotContain("vllm_monitor_plugin_seen");
    String gone = "Plugin acme was unloaded; its services do nothing any more";
    assertThatThrownBy(() -> http.send(HttpCall.get("/", Duration.ofSeconds(1))))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(gone);
    assertThatThrownBy(() -> history.problems(HistoryQuery.newest())).hasMessage(gone);
    assertThatThrownBy(context::http).hasMessage(gone);
    assertThatThrownBy(() -> context.http(URI.create("http://a"))).hasMessage(gone);
    assertThatThrownBy(() -> context.meter().gauge("level", "Level.")).hasMessage(gone);
    assertThatThrownBy(() -> context.events().tell("a", Severity.ERROR, "b")).hasMessage(gone);
    assertThatThrownBy(() -> context.secrets().secret("a")).hasMessage(gone);
    assertThatThrownBy(() -> context.state().saveSoon()).hasMessage(gone);
    assertThatThrownBy(() -> context.onClose(() -> {})).hasMessage(gone);
    assertThatThrownBy(() -> context.schedule().after(Duration.ofHours(1), () -> {}))
        .hasMessage(gone);
  }

  @Test
  void aNumberGoesOnWhileOneGenerationReplacesAnother() {
    UnitContext before = factory.make("acme", null, Settings.empty());
    before.meter().counter("seen", "Seen.").add(3);
    UnitContext after = factory.make("acme", null, Settings.empty());
    Meter.Counter counter = after.meter().counter("seen", "Seen.");
    release(before);
    counter.increment();
    assertThat(rig.metrics.render())
        .contains("vllm_monitor_plugin_seen_total{plugin=\"acme\"} 4.0");
    release(after);
    assertThat(rig.metrics.render()).doesNotContain("vllm_monitor_plugin_seen");
    // The name is free again, for another kind.
    factory.make("other", null, Settings.empty()).meter().gauge("seen", "Seen.").set(1);
    assertThat(rig.metrics.render()).contains("vllm_monitor_plugin_seen{plugin=\"other\"} 1.0");
  }

  @Test
  void aCounterIsNoGaugeAndOnlyGrows() {
    Meter meter = factory.make("acme", null, Settings.empty()).meter();
    Meter.Counter counter = meter.counter("seen", "Seen.");
    assertThatThrownBy(() -> meter.gauge("seen", "Seen."))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> meter.counter("Seen", "Seen."))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> counter.add(-1)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> counter.add(Double.NaN)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void timeAndChanceFollowTheTickWhileSomethingIsEvaluated() {
    UnitContext context = factory.make("acme", PlatformRig.ADVISED, Settings.empty());
    InstantSource clock = context.clock();
    RandomGenerator random = context.random();
    Instant tick = Instant.parse("2026-11-20T00:00:00Z");
    Supplier<List<Object>> seen =
        () -> List.of(clock.instant(), random.nextInt(), random.nextDouble());

    List<Object> during = Evaluation.again(tick, 5).during(seen);

    assertThat(during).startsWith(tick);
    assertThat(Evaluation.again(tick, 5).during(seen)).isEqualTo(during);
    assertThat(Evaluation.again(tick, 6).during(seen)).isNotEqualTo(during);
    List<Object> outside = seen.get();
    assertThat(outside).startsWith(rig.clock.instant());
    assertThat(seen.get()).as("it goes on").isNotEqualTo(outside);
  }

  @Test
  void aTaskThatRunsAtTheEndIsInterrupted() throws InterruptedException {
    UnitContext context = factory.make("acme", null, Settings.empty());
    CountDownLatch running = new CountDownLatch(1);
    CountDownLatch interrupted = new CountDownLatch(1);
    Registration task =
        context
            .schedule()
            .after(
                Duration.ofSeconds(1),
                () -> {
                  running.countDown();
                  try {
                    new CountDownLatch(1).await();
                  } catch (InterruptedException e) {
                    interrupted.countDown();
                  }
                });
    assertThat(running.await(20, TimeUnit.SECONDS)).isTrue();
    assertThat(task.isActive()).isTrue();
    context.scope().quiesce();
    assertThat(interrupted.await(20, TimeUnit.SECONDS)).isTrue();
    assertThat(task.isActive()).isFalse();
    assertThat(rig.problems.open()).isEmpty();
    assertThatThrownBy(() -> context.schedule().after(Duration.ofHours(1), () -> {}))
        .hasMessageContaining("is being unloaded");
  }

  @Test
  void aTaskThatEndsItselfIsLeftInPeace() throws InterruptedException {
    UnitContext context = factory.make("acme", null, Settings.empty());
    CountDownLatch done = new CountDownLatch(1);
    Registration[] task = new Registration[1];
    CountDownLatch made = new CountDownLatch(1);
    task[0] =
        context
            .schedule()
            .every(
                Duration.ofSeconds(1),
                () -> {
                  try {
                    made.await();
                    task[0].close();
                    if (!Thread.currentThread().isInterrupted()) {
                      done.countDown();
                    }
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                  }
                });
    made.countDown();
    assertThat(done.await(20, TimeUnit.SECONDS)).isTrue();
    assertThat(task[0].isActive()).isFalse();
  }
}
