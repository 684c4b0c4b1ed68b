package io.vllmmonitor.daemon.web;

import static io.vllmmonitor.daemon.web.RestApiTest.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.vllmmonitor.api.lifecycle.LifecycleState;
import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class ProtectionTest {
  private static final Duration SHORT = Duration.ofMillis(600);

  private static final String HALF_FORM =
      "POST /prometheus/api/v1/query HTTP/1.1\r\nHost: localhost\r\nContent-Length: 500000\r\n"
          + "Content-Type: application/x-www-form-urlencoded\r\n\r\nquery=";

  private final FakeDaemon daemon =
      new FakeDaemon(
          new WebLimits(
              1 << 20,
              2 << 20,
              2_000,
              20,
              Duration.ofSeconds(10),
              SHORT,
              2,
              Duration.ofMillis(50)));
  private final Calls calls = new Calls(daemon);
  private final ExecutorService threads = Executors.newCachedThreadPool();

  @AfterEach
  void close() {
    threads.shutdownNow();
    daemon.close();
  }

  @Test
  void mutationsNeedTheToken() throws Exception {
    daemon.plugins.add(Entities.plugin("p1"));
    for (String path :
        List.of(
            "/api/v1/plugins/p1/disable",
            "/api/v1/plugins/p1/enable",
            "/api/v1/plugins/p1/rollback",
            "/api/v1/plugins/p1/approve",
            "/api/v1/stop")) {
      HttpResponse<String> without = calls.send("POST", path);
      assertProblem(without, 401, "VMON-8001", "token");
      assertThat(without.headers().firstValue("WWW-Authenticate")).hasValue("Bearer");
      assertProblem(
          calls.send("POST", path, "Authorization", "Bearer " + FakeDaemon.TOKEN + "x"),
          401,
          "VMON-8001",
          "token");
      assertProblem(
          calls.send("POST", path, "Authorization", FakeDaemon.TOKEN), 401, "VMON-8001", "token");
    }
    assertThat(daemon.stops).hasValue(0);
    assertThat(daemon.plugins.get(0).generation().status().name()).isEqualTo("ACTIVE");
  }

  @Test
  void theTokenOpensTheCommands() throws Exception {
    daemon.plugins.add(Entities.plugin("p1"));
    String[] token = {"Authorization", "Bearer " + FakeDaemon.TOKEN};
    HttpResponse<String> disabled = calls.send("POST", "/api/v1/plugins/p1/disable", token);
    assertThat(disabled.statusCode()).isEqualTo(200);
    assertThat(Calls.json(disabled).path("code_status").asText()).isEqualTo("DISABLED");
    HttpResponse<String> enabled = calls.send("POST", "/api/v1/plugins/p1/enable", token);
    assertThat(Calls.json(enabled).path("status").asText()).isEqualTo("ACTIVE");
    assertProblem(calls.send("POST", "/api/v1/plugins/p2/enable", token), 404, "VMON-5009", "p2");
    HttpResponse<String> approved = calls.send("POST", "/api/v1/plugins/p1/approve", token);
    assertThat(Calls.json(approved).path("approved").asText()).isEqualTo("the key SHA256:abc");
    assertProblem(calls.send("POST", "/api/v1/plugins/p2/approve", token), 404, "VMON-5009", "p2");
    assertThat(calls.send("GET", "/api/v1/plugins/p1/enable").statusCode()).isEqualTo(405);
  }

  @Test
  void stopIsAnsweredInFullThoughItClosesTheServer() throws Exception {
    daemon.onStop = daemon::close;
    String[] token = {"Authorization", "Bearer " + FakeDaemon.TOKEN};
    HttpResponse<String> stopped = calls.send("POST", "/api/v1/stop", token);
    assertThat(stopped.statusCode()).isEqualTo(202);
    assertThat(stopped.body()).isEqualTo("{\"status\":\"stopping\"}");
    await().untilAsserted(() -> assertThat(refused()).isTrue());
    assertThat(daemon.awaitStop()).isTrue();
    assertThat(daemon.stops).hasValue(1);
  }

  @Test
  void onlyLoopbackHostsAndOriginsAreServed() throws Exception {
    for (String host :
        List.of(
            "evil.example",
            "evil.example:9464",
            "127.0.0.1.evil.example",
            "10.0.0.1",
            "[::2]",
            "")) {
      String answer =
          calls.raw("GET /healthz HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n");
      assertThat(answer).as(host).doesNotStartWith("HTTP/1.1 200").doesNotContain("\"ok\"");
    }
    assertThat(
            calls.raw("GET /healthz HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n"))
        .startsWith("HTTP/1.1 403")
        .contains("VMON-8005", "application/problem+json");
    for (String host :
        List.of("localhost:1", "LOCALHOST", "127.0.0.1", "127.1.2.3:80", "[::1]:9464")) {
      assertThat(
              calls.raw("GET /healthz HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n"))
          .as(host)
          .startsWith("HTTP/1.1 200");
    }
    for (String origin :
        List.of("https://evil.example", "null", "http://localhost.evil.example", "file://")) {
      assertProblem(
          calls.send(
              "POST",
              "/api/v1/stop",
              "Origin",
              origin,
              "Authorization",
              "Bearer " + FakeDaemon.TOKEN),
          403,
          "VMON-8005",
          "Origin");
      assertThat(calls.send("GET", "/api/v1/targets", "Origin", origin).statusCode())
          .isEqualTo(403);
    }
    assertThat(daemon.stops).hasValue(0);
    assertThat(calls.send("GET", "/healthz", "Origin", "http://localhost:3000").statusCode())
        .isEqualTo(200);
  }

  @Test
  void queriesThatPassByTheRouterAreGuardedLikeOthers() throws Exception {
    for (String path :
        List.of(
            "/prometheus/api/v1/query?query=1",
            "/prometheus/api/v1/query_range?query=1&start=0&end=1&step=1")) {
      for (String header : List.of("Host: evil.example", "Host: localhost\r\nOrigin: null")) {
        assertThat(
                calls.raw(
                    "GET " + path + " HTTP/1.1\r\n" + header + "\r\nConnection: close\r\n\r\n"))
            .as(path + " " + header)
            .startsWith("HTTP/1.1 403")
            .contains("VMON-8005");
      }
      HttpResponse<String> answer = calls.send("GET", path);
      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(answer.headers().firstValue("X-Content-Type-Options")).hasValue("nosniff");
      assertThat(answer.headers().firstValue("Cache-Control")).hasValue("no-store");
    }
  }

  @Test
  void answersForbidGuessingAndKeeping() throws Exception {
    HttpResponse<String> answer = calls.send("GET", "/api/v1/targets");
    assertThat(answer.headers().firstValue("X-Content-Type-Options")).hasValue("nosniff");
    assertThat(answer.headers().firstValue("Cache-Control")).hasValue("no-store");
    assertThat(answer.headers().firstValue("Server")).isEmpty();
    assertThat(answer.headers().firstValue("Set-Cookie")).isEmpty();
  }

  @Test
  void longBodiesAreRefusedHoweverTheyAreSent() throws Exception {
    String path = "/prometheus/api/v1/query";
    String body = "query=" + "1".repeat(1 << 20);
    HttpResponse<String> sized = calls.form(path, body);
    assertThat(sized.statusCode()).isEqualTo(413);
    assertThat(sized.body()).contains("VMON-8004");
    String head =
        "POST "
            + path
            + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
            + "Content-Type: application/x-www-form-urlencoded\r\nTransfer-Encoding: chunked\r\n\r\n";
    String chunk = Integer.toHexString(body.length()) + "\r\n" + body + "\r\n0\r\n\r\n";
    assertThat(calls.raw(head + chunk)).startsWith("HTTP/1.1 413").contains("VMON-8004");
  }

  @Test
  void aFileOfCodeMayBeLongerThanOtherBodiesButNotEndless() throws Exception {
    String path = "/api/v1/rehearse?file=A.jar";
    String[] token = {"Authorization", "Bearer " + FakeDaemon.TOKEN};
    String fits = "x".repeat(2 << 20);
    String unwatched = calls.send("POST", path, fits, token).body();
    assertThat(unwatched).as("taken, but no target is watched").contains("VMON-2");
    String head =
        " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer "
            + FakeDaemon.TOKEN
            + "\r\n";
    // Refused by what it says, before any of it is sent.
    assertThat(calls.raw("POST " + path + head + "Content-Length: 2097153\r\n\r\n"))
        .startsWith("HTTP/1.1 413")
        .contains("the most is 2097152");
    assertThat(calls.raw("POST /api/v1/replay" + head + "Content-Length: 2097152\r\n\r\n"))
        .startsWith("HTTP/1.1 413")
        .contains("the most is 1048576");
    String chunk = Integer.toHexString(fits.length() + 1) + "\r\n" + fits + "x\r\n0\r\n\r\n";
    assertThat(calls.raw("POST " + path + head + "Transfer-Encoding: chunked\r\n\r\n" + chunk))
        .startsWith("HTTP/1.1 413")
        .contains("VMON-8004");
  }

  @Test
  void malformedRequestsGetACodeAndNoStack() throws Exception {
    for (String request :
        List.of(
            "GARBAGE\r\n\r\n",
            "GET /healthz HTTP/1.1\r\n\r\n",
            "GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
            "GET /" + "x".repeat(40_000) + " HTTP/1.1\r\nHost: localhost\r\n\r\n",
            "GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: " + "x".repeat(40_000) + "\r\n\r\n")) {
      String answer = calls.raw(request);
      assertThat(answer)
          .startsWith("HTTP/1.1 4")
          .contains("VMON-")
          .doesNotContain("\tat ", "jetty", "<html");
    }
  }

  @Test
  void aClientThatSendsDropByDropIsCutOff() throws Exception {
    try (Socket header = calls.open();
        Socket body = calls.open()) {
      header
          .getOutputStream()
          .write("GET /healthz HTTP/1.1\r\nX: ".getBytes(StandardCharsets.US_ASCII));
      body.getOutputStream().write(HALF_FORM.getBytes(StandardCharsets.US_ASCII));
      await().atMost(Duration.ofSeconds(10)).until(() -> cutOff(header));
      await().atMost(Duration.ofSeconds(10)).until(() -> cutOff(body));
    }
  }

  @Test
  void halfSentRequestsDoNotStarveOthers() throws Exception {
    List<Socket> half = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      Socket socket = calls.open();
      half.add(socket);
      socket.getOutputStream().write(HALF_FORM.getBytes(StandardCharsets.US_ASCII));
    }
    assertThat(calls.get("/prometheus/api/v1/query?query=1%2B1").path("status").asText())
        .isEqualTo("success");
    for (Socket socket : half) {
      socket.close();
    }
  }

  @Test
  void aClientThatGoesAwayIsNoFailureOfOurs() throws Exception {
    Logger logger = (Logger) LoggerFactory.getLogger(Answers.class);
    ListAppender<ILoggingEvent> logged = new ListAppender<>();
    Level before = logger.getEffectiveLevel();
    logger.setLevel(Level.DEBUG);
    logged.start();
    logger.addAppender(logged);
    try (Socket socket = calls.open()) {
      socket.getOutputStream().write(HALF_FORM.getBytes(StandardCharsets.US_ASCII));
    }
    await().untilAsserted(() -> assertThat(List.copyOf(logged.list)).isNotEmpty());
    logger.detachAppender(logged);
    logger.setLevel(before);
    assertThat(logged.list).allSatisfy(e -> assertThat(e.getLevel()).isEqualTo(Level.DEBUG));
  }

  @Test
  void wrongEncodingIsTheClientsMistake() throws Exception {
    String path = "/prometheus/api/v1/query";
    assertThat(calls.form(path, "query=%zz").statusCode()).isEqualTo(400);
    assertThat(
            calls.raw(
                "GET "
                    + path
                    + "?query=%zz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"))
        .startsWith("HTTP/1.1 400")
        .contains("VMON-8003");
    assertThat(
            calls.raw(
                "GET /api/v1/incidents/%ff%fe HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"))
        .startsWith("HTTP/1.1 4");
  }

  @Test
  void aConnectionMayServeManyRequestsOneAfterTheOther() throws Exception {
    try (Socket socket = calls.open()) {
      long end = System.nanoTime() + 3 * SHORT.toNanos();
      int served = 0;
      while (System.nanoTime() < end) {
        socket
            .getOutputStream()
            .write(
                "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
                    .getBytes(StandardCharsets.US_ASCII));
        byte[] start = socket.getInputStream().readNBytes(12);
        assertThat(new String(start, StandardCharsets.US_ASCII)).isEqualTo("HTTP/1.1 200");
        await().until(() -> drained(socket));
        served++;
      }
      assertThat(served).isGreaterThan(3);
    }
  }

  @Test
  void tooManyQueriesAtOnceAreTurnedAway() throws Exception {
    CountDownLatch inside = new CountDownLatch(2);
    CountDownLatch release = new CountDownLatch(1);
    daemon.history.beforeCheckpoints =
        () -> {
          inside.countDown();
          try {
            release.await(10, TimeUnit.SECONDS);
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        };
    List<Future<HttpResponse<String>>> running = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      running.add(threads.submit(() -> calls.send("GET", "/api/v1/checkpoints")));
    }
    assertThat(inside.await(10, TimeUnit.SECONDS)).isTrue();
    HttpResponse<String> third = calls.send("GET", "/api/v1/checkpoints");
    assertProblem(third, 503, "VMON-8006", "try again");
    assertThat(third.headers().firstValue("Retry-After")).hasValue("1");
    assertThat(calls.send("GET", "/api/v1/status").statusCode()).isEqualTo(200);
    release.countDown();
    for (Future<HttpResponse<String>> one : running) {
      assertThat(one.get().statusCode()).isEqualTo(200);
    }
    assertThat(calls.send("GET", "/api/v1/checkpoints").statusCode()).isEqualTo(200);
  }

  @Test
  void tooLargeAnswersAreRefusedNotCut() throws Exception {
    for (int i = 0; i < 40; i++) {
      daemon.history.checkpoints.add(
          Entities.checkpoint("c" + i, LifecycleState.READY, FakeDaemon.NOW));
    }
    assertProblem(calls.send("GET", "/api/v1/checkpoints"), 422, "VMON-3203", "bytes");
  }

  private boolean refused() {
    try (Socket socket = calls.open()) {
      return !socket.isConnected();
    } catch (IOException e) {
      return true;
    }
  }

  private static boolean drained(Socket socket) throws IOException {
    byte[] rest = new byte[10_000];
    int read = socket.getInputStream().read(rest);
    return new String(rest, 0, Math.max(0, read), StandardCharsets.US_ASCII).endsWith("}");
  }

  private static boolean cutOff(Socket socket) {
    try {
      socket.getOutputStream().write('x');
      return false;
    } catch (IOException e) {
      return true;
    }
  }
}
