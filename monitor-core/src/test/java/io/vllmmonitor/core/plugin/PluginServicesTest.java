package io.vllmmonitor.core.plugin;

import static io.vllmmonitor.core.plugin.PlatformRig.ADVISED;
import static io.vllmmonitor.core.plugin.PlatformRig.said;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import io.vllmmonitor.api.config.Settings;
import io.vllmmonitor.api.guardrail.Severity;
import io.vllmmonitor.api.notify.Notification;
import io.vllmmonitor.core.http.TargetHttps;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a plugin can do through its context, and that all of it ends with the plugin. */
@Timeout(120)
class PluginServicesTest {
  /** A guardrail that answers with the result of a body, which sees the context as {@code c}. */
  private static final String ASKING =
      """
      public List<Guardrail> guardrails(PluginContext context) {
        MADE
        return List.of(new Answer(context));
      }
      static class Answer implements Guardrail {
        static volatile String note = "nothing";
        private final PluginContext c;
        private long saved;
        Answer(PluginContext c) { this.c = c; }
        public String id() { return "answer"; }
        public GuardrailSpec spec() {
          return GuardrailSpec.of(Severity.ERROR, FailureKind.CACHE_OVERFLOW, "Answers.");
        }
        public Verdict check(MetricView view) {
          try { return Verdict.breach("" + ask()); }
          catch (Exception e) { return Verdict.breach(e.getClass().getSimpleName() + ": " + e.getMessage()); }
        }
        Object ask() throws Exception { BODY }
        public void saveState(StateWriter state) { state.integer("saved", saved); }
        public void close() { System.setProperty("acme.ends", System.getProperty("acme.ends", "") + "close "); }
      }
      """;

  @TempDir Path home;
  private PlatformRig rig;

  @BeforeEach
  void open() throws IOException {
    rig = new PlatformRig(home);
    System.clearProperty("acme.ends");
  }

  private PluginPlatform running(String made, String body) throws IOException {
    rig.drop(
        rig.plugins,
        "acme.jar",
        TestJars.plugin("acme", "1.0.0", ASKING.replace("MADE", made).replace("BODY", body))
            .manifest("Plugin-Capabilities", "http, schedule")
            .bytes());
    PluginPlatform platform = rig.boot();
    rig.settle(platform);
    return platform;
  }

  private static String ask(PluginPlatform platform) {
    return said(platform, ADVISED, "answer");
  }

  @Test
  void eventsReachTheNotifiersWithinTheirLimit() throws IOException {
    try (PluginPlatform platform =
        running("", "return c.events().tell(\"rebuilt\", Severity.WARNING, \"x\".repeat(2000));")) {
      for (int i = 0; i < 60; i++) {
        assertThat(ask(platform)).isEqualTo("true");
      }
      assertThat(ask(platform)).isEqualTo("false");
      rig.clock.advance(Duration.ofMinutes(1));
      assertThat(ask(platform)).isEqualTo("true");
    }
    assertThat(rig.news).hasSize(61);
    Notification first = rig.news.get(0);
    assertThat(first.topic()).isEqualTo(Notification.Topic.PLUGIN);
    assertThat(first.subject()).isEqualTo("acme");
    assertThat(first.severity()).isEqualTo(Severity.WARNING);
    assertThat(first.target()).isEqualTo(ADVISED.id());
    assertThat(first.message()).startsWith("rebuilt: xxx").endsWith("x…").hasSize(9 + 1_000);
    assertThat(rig.metrics.render())
        .contains("vllm_monitor_extension_events_total{plugin=\"acme\"} 61.0")
        .contains("vllm_monitor_extension_events_dropped_total{plugin=\"acme\"} 1.0");
  }

  @Test
  void numbersAreOnThePageUntilThePluginGoes() throws IOException {
    try (PluginPlatform platform =
        running(
            "",
            "c.meter().counter(\"asked\", \"Questions.\").increment();"
                + " c.meter().gauge(\"level\", \"A level.\").set(2.5); return 1;")) {
      ask(platform);
      ask(platform);
      assertThat(rig.metrics.render())
          .contains("vllm_monitor_plugin_asked_total{plugin=\"acme\"} 2.0")
          .contains("vllm_monitor_plugin_level{plugin=\"acme\"} 2.5");
      platform.disable("acme");
      assertThat(rig.metrics.render())
          .doesNotContain("vllm_monitor_plugin_asked", "vllm_monitor_plugin_level");
    }
  }

  @Test
  void aPluginHasFiftyNumbersAtMost() throws IOException {
    try (PluginPlatform platform =
        running(
            "",
            "for (int i = 0; i < 51; i++) { c.meter().gauge(\"g\" + i, \"One.\"); } return 1;")) {
      assertThat(ask(platform))
          .isEqualTo("IllegalStateException: Plugin acme has 50 metrics already");
    }
  }

  @Test
  void anotherServerIsCalledOnlyWhereTheOperatorNamedIt() throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/base/hello",
        exchange -> {
          byte[] body = exchange.getRequestMethod().getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.start();
    String host = "127.0.0.1:" + server.getAddress().getPort();
    String body =
        "return c.http(java.net.URI.create(\"http://HOST/base/\"))"
            + ".send(HttpCall.post(\"/hello\", \"{}\", java.time.Duration.ofSeconds(5))).text();";
    try (TargetHttps https = new TargetHttps(Map.of())) {
      rig.servers = https::forServer;
      try (PluginPlatform platform = running("", body.replace("HOST", host))) {
        assertThat(ask(platform))
            .contains("wants to talk to " + host)
            .contains("it allows no server")
            .contains("Add '" + host + "' to 'allowed_hosts'");
      }
      rig.settings.put("acme", Settings.of(Map.of("allowed_hosts", "other, " + host)));
      try (PluginPlatform platform = rig.boot()) {
        assertThat(ask(platform)).isEqualTo("POST");
        assertThat(rig.problemCodes("acme")).isEmpty();
      }
    } finally {
      server.stop(0);
    }
  }

  @Test
  void aLinkLocalServerIsDeniedEvenWhereTheOperatorNamedIt() throws IOException {
    rig.settings.put("acme", Settings.of(Map.of("allowed_hosts", "169.254.169.254")));
    try (TargetHttps https = new TargetHttps(Map.of())) {
      rig.servers = https::forServer;
      try (PluginPlatform platform =
          running(
              "",
              "return c.http(java.net.URI.create(\"http://169.254.169.254\"))"
                  + ".send(HttpCall.get(\"/\", java.time.Duration.ofSeconds(5))).text();")) {
        assertThat(ask(platform)).contains("link-local");
      }
    }
  }

  @Test
  void aSecretIsReadThroughTheReferenceOfTheOperator() throws IOException {
    rig.settings.put("acme", Settings.of(Map.of("token", "env:ACME", "literal", "hunter2")));
    try (PluginPlatform platform =
        running("", "return c.secrets().secret(\"token\") + c.config().string(\"token\", \"\");")) {
      assertThat(ask(platform)).isEqualTo("secret of env:ACMEenv:ACME");
    }
  }

  @Test
  void aLiteralSecretIsRefusedAndNotRepeated() throws IOException {
    rig.settings.put("acme", Settings.of(Map.of("literal", "hunter2")));
    try (PluginPlatform platform = running("", "return c.secrets().secret(\"literal\");")) {
      assertThat(ask(platform)).contains("write env:NAME or file:/path").doesNotContain("hunter2");
    }
  }

  @Test
  void stateIsSavedSoonWhenThePluginAsks() throws IOException {
    try (PluginPlatform platform =
        running("", "saved++; if (saved != 2) { c.state().saveSoon(); } return saved;")) {
      ask(platform);
      platform.forTarget(ADVISED).saveAskedStates();
      assertThat(savedCount()).isEqualTo("{\"saved\":{\"integer\":\"1\"}}");
      ask(platform);
      platform.forTarget(ADVISED).saveAskedStates();
      assertThat(savedCount()).isEqualTo("{\"saved\":{\"integer\":\"1\"}}");
      rig.history.full(true);
      ask(platform);
      org.assertj.core.api.Assertions.assertThatThrownBy(
              () -> platform.forTarget(ADVISED).saveAskedStates())
          .hasMessageContaining("full");
      rig.history.full(false);
      platform.forTarget(ADVISED).saveAskedStates();
      assertThat(savedCount()).isEqualTo("{\"saved\":{\"integer\":\"3\"}}");
    }
  }

  private String savedCount() {
    return rig.history.state("answer", "acme", ADVISED.id()).orElseThrow().fields();
  }

  @Test
  void scheduledWorkRunsBesideTheCallsAndWhatItThrowsIsText() throws IOException {
    try (PluginPlatform platform =
        running(
            "var left = new java.util.concurrent.atomic.AtomicInteger();"
                + " context.schedule().every(java.time.Duration.ofSeconds(1), () -> {"
                + "  Answer.note = \"ran \" + left.incrementAndGet();"
                + "  if (left.get() == 1) { throw new IllegalStateException(\"first\"); } });",
            "return note;")) {
      await().atMost(Duration.ofSeconds(20)).until(() -> ask(platform).equals("ran 1"));
      await()
          .atMost(Duration.ofSeconds(20))
          .until(
              () ->
                  rig.problemCodes("tasks of acme")
                      .equals(java.util.List.of("PLUGIN_CALL_FAILED")));
      await().atMost(Duration.ofSeconds(20)).until(() -> ask(platform).equals("ran 2"));
      await()
          .atMost(Duration.ofSeconds(20))
          .until(() -> rig.problemCodes("tasks of acme").isEmpty());
    }
  }

  @Test
  void aSetHasSixteenTasksAndNoneIsHastierThanASecond() throws IOException {
    try (PluginPlatform platform =
        running(
            "",
            "try { c.schedule().after(java.time.Duration.ofMillis(999), () -> {}); return 0; }"
                + " catch (IllegalArgumentException e) {"
                + " Registration last = null;"
                + " for (int i = 0; i < 16; i++) {"
                + " last = c.schedule().after(java.time.Duration.ofHours(1), () -> {}); }"
                + " last.close();"
                + " c.schedule().after(java.time.Duration.ofHours(1), () -> {});"
                + " c.schedule().after(java.time.Duration.ofHours(1), () -> {}); return 1; }")) {
      assertThat(ask(platform)).contains("has scheduled 16 tasks already");
    }
  }

  @Test
  void theEndsOfAPluginRunAfterItsExtensionsTheLastFirst() throws IOException {
    String ends =
        "context.onClose(() -> { add(\"first\"); });"
            + "context.onClose(() -> { throw new IllegalStateException(\"no end\"); });"
            + "context.onClose(() -> { add(\"last\"); });";
    String add =
        "return 1; } static void add(String text) {"
            + " System.setProperty(\"acme.ends\", System.getProperty(\"acme.ends\", \"\") + text + \" \");";
    try (PluginPlatform platform = running(ends.replace("add(", "Answer.add("), add)) {
      ask(platform);
      platform.disable("acme");
      assertThat(System.getProperty("acme.ends")).isEqualTo("close last first ");
      assertThat(rig.problems.open().get(0).message()).contains("onClose").contains("no end");
    }
  }

  @Test
  void nothingOfAPluginThatUsedEverythingStaysBehind() throws Exception {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.start();
    String host = "127.0.0.1:" + server.getAddress().getPort();
    rig.settings.put("acme", Settings.of(Map.of("url", "http://" + host + "/hook")));
    String made =
        "context.schedule().every(java.time.Duration.ofSeconds(1), () -> Answer.note = \"ran\");"
            + " context.onClose(() -> {});";
    String body =
        "c.meter().counter(\"a\", \"A.\").increment(); c.meter().gauge(\"b\", \"B.\").set(1);"
            + " c.events().tell(\"x\", Severity.WARNING, \"y\"); c.state().saveSoon();"
            + " int status = c.http(java.net.URI.create(\"http://HOST\"))"
            + ".send(HttpCall.get(\"/\", java.time.Duration.ofSeconds(5))).status();"
            + " return note + status;";
    try (TargetHttps https = new TargetHttps(Map.of())) {
      rig.servers = https::forServer;
      try (PluginPlatform platform = running(made, body.replace("HOST", host))) {
        await().atMost(Duration.ofSeconds(20)).until(() -> ask(platform).equals("ran404"));
        WeakReference<ClassLoader> loader =
            new WeakReference<>(platform.classLoader("acme").orElseThrow());
        platform.disable("acme");
        await()
            .atMost(Duration.ofSeconds(20))
            .until(
                () -> {
                  System.gc();
                  return loader.get() == null;
                });
      }
    } finally {
      server.stop(0);
    }
  }
}
