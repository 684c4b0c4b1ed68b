package io.vllmmonitor.plugin.notifier.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.vllmmonitor.api.config.ConfigSpec;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.guardrail.Severity;
import io.vllmmonitor.api.notify.Notification;
import io.vllmmonitor.api.notify.Notifier;
import io.vllmmonitor.api.target.TargetId;
import io.vllmmonitor.testkit.plugin.FakePluginContext;
import io.vllmmonitor.testkit.plugin.LoopbackHttp;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What arrives at a real server, and what counts as not delivered. */
class WebhookTest {
  private final List<String> received = new CopyOnWriteArrayList<>();
  private HttpServer server;
  private volatile int status = 204;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          received.add(
              exchange.getRequestMethod()
                  + " "
                  + exchange.getRequestURI()
                  + " "
                  + exchange.getRequestHeaders().getFirst("Content-Type")
                  + " "
                  + exchange.getRequestHeaders().getFirst("Authorization")
                  + " "
                  + new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
          exchange.sendResponseHeaders(status, -1);
          exchange.close();
        });
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private String base() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  private FakePluginContext context(Map<String, String> more) {
    Map<String, String> config = new HashMap<>(Map.of("url", base() + "/hook?team=a"));
    config.putAll(more);
    return FakePluginContext.forDaemon()
        .withServer(URI.create(base()), new LoopbackHttp(URI.create(base())))
        .withSecret("token", "s3cret")
        .withConfig(config);
  }

  private Notifier webhook(Map<String, String> more) {
    return new WebhookPlugin().notifiers(context(more)).get(0);
  }

  private static Notification news(Severity severity, @Nullable TargetId target, String message) {
    return new Notification(
        Notification.Topic.INCIDENT_OPENED,
        "i1",
        Instant.parse("2026-11-25T12:00:00Z"),
        severity,
        target,
        "CACHE_OVERFLOW",
        message);
  }

  @Test
  void aNotificationArrivesAsJson() {
    webhook(Map.of()).send(news(Severity.ERROR, new TargetId("a:8000"), "It is full"));
    assertThat(received)
        .containsExactly(
            "POST /hook?team=a application/json null"
                + " {\"topic\":\"INCIDENT_OPENED\",\"id\":\"i1\",\"at\":\"2026-11-25T12:00:00Z\","
                + "\"severity\":\"ERROR\",\"target\":\"a:8000\",\"subject\":\"CACHE_OVERFLOW\","
                + "\"message\":\"It is full\","
                + "\"text\":\"ERROR INCIDENT_OPENED CACHE_OVERFLOW on a:8000: It is full\"}");
  }

  @Test
  void whateverIsInAMessageStaysJson() {
    webhook(Map.of()).send(news(Severity.ERROR, null, "\"a\\b\"\n\u0001\ud800 é \ud83d\ude00"));
    assertThat(received.get(0))
        .contains("\"message\":\"\\\"a\\\\b\\\"\\n\\u0001\\ud800 é \\ud83d\\ude00\"")
        .doesNotContain("\"target\"");
  }

  @Test
  void theTokenGoesAlongAndIsAskedForEachTime() {
    webhook(Map.of("token", "env:HOOK")).send(news(Severity.ERROR, null, "m"));
    assertThat(received.get(0)).contains(" Bearer s3cret ");
  }

  @Test
  void whatIsNotSevereEnoughIsNotSent() {
    Notifier webhook = webhook(Map.of("min_severity", "error"));
    webhook.send(news(Severity.WARNING, null, "m"));
    assertThat(received).isEmpty();
    webhook.send(news(Severity.ERROR, null, "m"));
    webhook.send(news(Severity.CRITICAL, null, "m"));
    assertThat(received).hasSize(2);
  }

  @Test
  void aServerThatRefusesIsAnError() {
    status = 503;
    Notifier webhook = webhook(Map.of());
    assertThatThrownBy(() -> webhook.send(news(Severity.ERROR, null, "m")))
        .isInstanceOfSatisfying(
            MonitorException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.PLUGIN_CALL_FAILED))
        .hasMessage("The webhook answered with status 503; expected 200 to 299");
  }

  @Test
  void aServerThatIsGoneIsAnError() {
    Notifier webhook = webhook(Map.of());
    server.stop(0);
    assertThatThrownBy(() -> webhook.send(news(Severity.ERROR, null, "m")))
        .isInstanceOf(MonitorException.class);
  }

  @ParameterizedTest
  @CsvSource({
    "url, ftp://a/b",
    "url, http:/a",
    "url, http://me:secret@a/",
    "url, not a url",
    "min_severity, debug",
    "timeout, 30s",
    "timeout, 0s",
  })
  void aConfigurationOfNoUseIsRefusedByKey(String key, String value) {
    assertThatThrownBy(() -> webhook(Map.of(key, value)))
        .isInstanceOf(MonitorException.class)
        .hasMessageContaining("'" + key + "'")
        .hasMessageNotContaining("secret@");
  }

  @Test
  void withoutAUrlThereIsNoNotifier() {
    assertThat(new WebhookPlugin().notifiers(FakePluginContext.forDaemon())).isEmpty();
  }

  @Test
  void itsNameAndItsConfigurationAreInOrder() {
    Notifier webhook = webhook(Map.of());
    assertThat(webhook.id()).isEqualTo("webhook");
    assertThat(webhook.configSpec().keys())
        .extracting(ConfigSpec.Key::name)
        .containsExactly("url", "token", "min_severity", "timeout");
  }
}
