package io.vllmmonitor.core.http;

import static io.vllmmonitor.core.http.RawServer.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.vllmmonitor.api.config.SecretReference;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.plugin.HttpAnswer;
import io.vllmmonitor.api.plugin.HttpCall;
import io.vllmmonitor.api.plugin.HttpService;
import io.vllmmonitor.api.target.Target;
import io.vllmmonitor.api.target.TargetId;
import io.vllmmonitor.api.target.TargetMode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TargetHttpClientTest {
  private static final Duration SOON = Duration.ofSeconds(5);
  private static final Duration SHORT = Duration.ofMillis(300);

  private final Map<String, String> environment = new HashMap<>();
  private final TargetHttps https = new TargetHttps(environment);

  @AfterEach
  void close() {
    https.close();
  }

  @Test
  void wholeAnswerComesBackWithStatusAndType() throws IOException {
    try (RawServer server =
        RawServer.answering(
            "HTTP/1.1 404 Not Found\r\nContent-Type: text/plain\r\nContent-Length: 3\r\n\r\nno\n")) {
      HttpAnswer answer = http(server).send(HttpCall.get("/metrics", SOON));
      assertThat(answer.status()).isEqualTo(404);
      assertThat(answer.contentType()).isEqualTo("text/plain");
      assertThat(answer.text()).isEqualTo("no\n");
      assertThat(server.requests().get(0)).startsWith("GET /metrics HTTP/1.1\r\n");
    }
  }

  @Test
  void prefixOfTheTargetIsKept() throws IOException {
    try (RawServer server = RawServer.answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")) {
      URI url = URI.create(server.url() + "/team-a");
      assertThat(https.forTarget(target(url)).send(HttpCall.get("/health", SOON)).isSuccess())
          .isTrue();
      assertThat(server.requests().get(0)).startsWith("GET /team-a/health ");
    }
  }

  @Test
  void refusedPortIsUnreachable() throws IOException {
    int port;
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    HttpService http = https.forTarget(target(URI.create("http://127.0.0.1:" + port)));
    assertThat(codeOf(http, HttpCall.post("/pause", null, SOON)))
        .isEqualTo(ErrorCode.TARGET_UNREACHABLE);
  }

  @Test
  void unknownNameIsUnreachable() {
    HttpService http = https.forTarget(target(URI.create("http://no-such-host.invalid:8000")));
    assertThat(codeOf(http, HttpCall.get("/metrics", SOON)))
        .isEqualTo(ErrorCode.TARGET_UNREACHABLE);
  }

  @Test
  void monitorThatRunsLateDoesNotCallTheServerUnreachable() throws IOException {
    AtomicLong calls = new AtomicLong();
    // An hour passes between any two looks at the clock.
    try (RawServer server = RawServer.answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        TargetHttps late =
            new TargetHttps(
                environment, () -> Duration.ofHours(calls.getAndIncrement()).toNanos())) {
      MonitorException e =
          failureOf(late.forTarget(target(server.url())), HttpCall.get("/metrics", SOON));
      assertThat(e.code()).isEqualTo(ErrorCode.TARGET_TIMEOUT);
      assertThat(e.getMessage()).contains("Nothing was sent").contains("no time was left");
      assertThat(server.requests()).isEmpty();
    }
  }

  @Test
  void slowNameServerDoesNotMakeTheServerUnreachable() throws IOException {
    Thread main = Thread.currentThread();
    try (RawServer server = RawServer.answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")) {
      onBusyThreads(
          target(URI.create("http://slow-name.invalid:8000")),
          http -> {
            assertThat(codeOf(http, HttpCall.get("/metrics", Duration.ofMillis(50))))
                .isEqualTo(ErrorCode.TARGET_TIMEOUT);
            main.interrupt();
            assertThat(codeOf(http, HttpCall.get("/metrics", SOON)))
                .isEqualTo(ErrorCode.TARGET_TIMEOUT);
            assertThat(Thread.interrupted()).isTrue();
          });
      String port = ":" + server.url().getPort();
      for (String host : new String[] {"127.0.0.1", "localhost", "LOCALHOST"}) {
        onBusyThreads(
            target(URI.create("http://" + host + port)),
            http ->
                assertThat(http.send(HttpCall.get("/metrics", SOON)).status())
                    .as(host)
                    .isEqualTo(200));
      }
    }
  }

  @Test
  void connectionThatStallsIsUnreachableOnlyWhereItHadMostOfTheTime() throws IOException {
    try (ServerSocket full = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        Socket first = new Socket();
        Socket second = new Socket()) {
      // Nobody accepts: the queue of the listener is full and further connections stall.
      first.connect(full.getLocalSocketAddress(), 1_000);
      second.connect(full.getLocalSocketAddress(), 1_000);
      Target target = target(URI.create("http://127.0.0.1:" + full.getLocalPort()));
      assertThat(codeOf(https.forTarget(target), HttpCall.get("/metrics", SHORT)))
          .isEqualTo(ErrorCode.TARGET_UNREACHABLE);
      AtomicLong looks = new AtomicLong();
      long most = SOON.minusMillis(200).toNanos();
      try (TargetHttps late =
          new TargetHttps(environment, () -> looks.getAndIncrement() == 0 ? 0 : most)) {
        assertThat(codeOf(late.forTarget(target), HttpCall.get("/metrics", SOON)))
            .isEqualTo(ErrorCode.TARGET_TIMEOUT);
      }
    }
  }

  @Test
  void onlyWholeAddressesAreLiteral() {
    for (String host : new String[] {"127.0.0.1", "255.249.199.9", "[::1]", "fe80::1"}) {
      assertThat(AddressRule.isLiteral(host)).as(host).isTrue();
    }
    for (String host : new String[] {"999.1.1.1", "1.2.3", "a.1.2.3", "gpu-1", "1.2.3.4.5"}) {
      assertThat(AddressRule.isLiteral(host)).as(host).isFalse();
    }
  }

  @Test
  void silentServerTimesOut() throws IOException {
    try (RawServer server = new RawServer((self, head, out) -> self.pause(60_000))) {
      assertThat(codeOf(http(server), HttpCall.get("/metrics", SHORT)))
          .isEqualTo(ErrorCode.TARGET_TIMEOUT);
    }
  }

  @Test
  void drippingBodyEndsAtTheDeadline() throws IOException {
    try (RawServer server =
        new RawServer(
            (self, head, out) -> {
              out.write(bytes("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n"));
              while (self.pause(20)) {
                out.write('x');
                out.flush();
              }
            })) {
      long start = System.nanoTime();
      assertThat(codeOf(http(server), HttpCall.get("/metrics", SHORT)))
          .isEqualTo(ErrorCode.TARGET_TIMEOUT);
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(3));
    }
  }

  @Test
  void endlessBodyIsCutAtTheWireLimit() throws IOException {
    try (RawServer server =
        new RawServer(
            (self, head, out) -> {
              out.write(bytes("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"));
              byte[] block = new byte[65_536];
              while (self.pause(0)) {
                out.write(block);
              }
            })) {
      assertThat(codeOf(http(server), HttpCall.get("/metrics", SOON).withMaxBytes(1 << 24)))
          .isEqualTo(ErrorCode.TARGET_ANSWER_TOO_LARGE);
    }
  }

  @Test
  void answerAboveTheCallersLimitIsRefused() throws IOException {
    try (RawServer server =
        RawServer.answering("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n12345")) {
      assertThat(codeOf(http(server), HttpCall.get("/metrics", SOON).withMaxBytes(4)))
          .isEqualTo(ErrorCode.TARGET_ANSWER_TOO_LARGE);
      assertThat(http(server).send(HttpCall.get("/metrics", SOON).withMaxBytes(5)).text())
          .isEqualTo("12345");
    }
  }

  @Test
  void gzipIsUnpacked() throws IOException {
    try (RawServer server = gzipServer(bytes("vllm:x 1\n"))) {
      assertThat(http(server).send(HttpCall.get("/metrics", SOON)).text()).isEqualTo("vllm:x 1\n");
      assertThat(server.requests().get(0).toLowerCase(java.util.Locale.ROOT))
          .contains("accept-encoding: gzip");
    }
  }

  @Test
  void gzipBombIsRefused() throws IOException {
    try (RawServer server = gzipServer(new byte[20 << 20])) {
      assertThat(codeOf(http(server), HttpCall.get("/metrics", SOON).withMaxBytes(1 << 20)))
          .isEqualTo(ErrorCode.TARGET_ANSWER_TOO_LARGE);
    }
  }

  @Test
  void falseGzipIsAnError() throws IOException {
    try (RawServer server =
        RawServer.answering(
            "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\nhello")) {
      assertThat(codeOf(http(server), HttpCall.get("/metrics", SOON)))
          .isEqualTo(ErrorCode.TARGET_NOT_METRICS);
    }
  }

  @Test
  void halfAnswerMayHaveArrived() throws IOException {
    try (RawServer server =
        RawServer.answering("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this")) {
      assertThat(codeOf(http(server), HttpCall.get("/metrics", SOON)))
          .isEqualTo(ErrorCode.TARGET_TIMEOUT);
    }
  }

  @Test
  void brokenPostIsNeverRepeated() throws IOException {
    try (RawServer server = new RawServer((self, head, out) -> {})) {
      assertThat(codeOf(http(server), HttpCall.post("/pause", "{}", SOON)))
          .isEqualTo(ErrorCode.TARGET_TIMEOUT);
      assertThat(server.requests()).hasSize(1);
    }
  }

  @Test
  void oneRedirectOnTheSameServerIsFollowed() throws IOException {
    try (RawServer server =
        new RawServer(
            (self, head, out) ->
                out.write(
                    head.startsWith("GET /metrics/ ")
                        ? bytes("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
                        : bytes(
                            "HTTP/1.1 307 T\r\nLocation: /metrics/\r\nContent-Length: 0\r\n\r\n")))) {
      assertThat(http(server).send(HttpCall.get("/metrics", SOON)).text()).isEqualTo("ok");
    }
  }

  @Test
  void secondRedirectIsRefused() throws IOException {
    try (RawServer server =
        RawServer.answering("HTTP/1.1 302 F\r\nLocation: /again\r\nContent-Length: 0\r\n\r\n")) {
      assertThat(codeOf(http(server), HttpCall.get("/metrics", SOON)))
          .isEqualTo(ErrorCode.TARGET_REDIRECT_REFUSED);
      assertThat(server.requests()).hasSize(2);
    }
  }

  @Test
  void redirectElsewhereAndRedirectOfPostAreRefused() throws IOException {
    try (RawServer other = RawServer.answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        RawServer server =
            RawServer.answering(
                "HTTP/1.1 302 F\r\nLocation: "
                    + other.url()
                    + "/metrics\r\nContent-Length: 0\r\n\r\n");
        RawServer home =
            RawServer.answering("HTTP/1.1 307 T\r\nLocation: /p\r\nContent-Length: 0\r\n\r\n")) {
      assertThat(codeOf(http(server), HttpCall.get("/metrics", SOON)))
          .isEqualTo(ErrorCode.TARGET_REDIRECT_REFUSED);
      assertThat(other.requests()).isEmpty();
      assertThat(codeOf(http(home), HttpCall.post("/pause", null, SOON)))
          .isEqualTo(ErrorCode.TARGET_REDIRECT_REFUSED);
      assertThat(home.requests()).hasSize(1);
    }
  }

  @Test
  void metadataAddressesAreDenied() {
    for (String host : new String[] {"169.254.169.254", "[fe80::1]", "[fd00:ec2::254]"}) {
      HttpService http = https.forTarget(target(URI.create("http://" + host + ":80")));
      assertThat(codeOf(http, HttpCall.get("/latest", SHORT)))
          .as(host)
          .isEqualTo(ErrorCode.TARGET_ADDRESS_DENIED);
    }
  }

  @Test
  void mappedAndTranslatedMetadataAddressesAreDenied() throws IOException {
    for (String host : new String[] {"::ffff:169.254.169.254", "64:ff9b::169.254.169.254"}) {
      assertThat(AddressRule.isDenied(java.net.InetAddress.getByName(host))).as(host).isTrue();
    }
    for (String host : new String[] {"::1", "127.0.0.1", "169.253.1.1", "fd00:ec2::253"}) {
      assertThat(AddressRule.isDenied(java.net.InetAddress.getByName(host))).as(host).isFalse();
    }
  }

  @Test
  void tokenIsReadAtEveryCallAndNeverShown(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("token");
    try (RawServer server = RawServer.answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")) {
      HttpService http =
          https.forTarget(secured(server.url(), SecretReference.parse("file:" + file)));
      Files.writeString(file, "first\n");
      http.send(HttpCall.get("/metrics", SOON));
      Files.writeString(file, "second");
      http.send(HttpCall.get("/metrics", SOON));
      assertThat(server.requests().get(0)).contains("Authorization: Bearer first\r\n");
      assertThat(server.requests().get(1)).contains("Authorization: Bearer second\r\n");

      Files.writeString(file, "two\nlines");
      MonitorException e = failureOf(http, HttpCall.get("/metrics", SOON));
      assertThat(e.code()).isEqualTo(ErrorCode.SECRET_UNAVAILABLE);
      assertThat(e.getMessage()).contains("file:").doesNotContain("lines");
    }
  }

  @Test
  void missingTokenSendsNothing() throws IOException {
    try (RawServer server = RawServer.answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")) {
      HttpService http =
          https.forTarget(secured(server.url(), SecretReference.parse("env:VLLM_TOKEN")));
      assertThat(codeOf(http, HttpCall.get("/metrics", SOON)))
          .isEqualTo(ErrorCode.SECRET_UNAVAILABLE);
      environment.put("VLLM_TOKEN", "abc");
      http.send(HttpCall.get("/metrics", SOON));
      assertThat(server.requests()).hasSize(1);
      assertThat(server.requests().get(0)).contains("Authorization: Bearer abc\r\n");
    }
  }

  /** Gives a client whose threads for looking names up never come free. */
  private void onBusyThreads(Target target, Consumer<HttpService> use) {
    ExecutorService busy = Executors.newSingleThreadExecutor();
    CountDownLatch release = new CountDownLatch(1);
    try {
      busy.execute(
          () -> {
            try {
              release.await();
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            }
          });
      use.accept(
          new TargetHttpClient(
              target,
              HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build(),
              busy,
              new SecretReader(environment),
              System::nanoTime));
    } finally {
      release.countDown();
      busy.shutdownNow();
    }
  }

  private HttpService http(RawServer server) {
    return https.forTarget(target(server.url()));
  }

  private static RawServer gzipServer(byte[] content) throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (OutputStream gzip = new GZIPOutputStream(packed)) {
      gzip.write(content);
    }
    return new RawServer(
        (self, head, out) -> {
          out.write(
              bytes(
                  "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: "
                      + packed.size()
                      + "\r\n\r\n"));
          out.write(packed.toByteArray());
        });
  }

  private static Target target(URI url) {
    return Target.of(url, TargetMode.OBSERVE, Duration.ofSeconds(1));
  }

  private static Target secured(URI url, @Nullable SecretReference token) {
    return new Target(
        TargetId.of(url), url, TargetMode.OBSERVE, Duration.ofSeconds(1), token, null);
  }

  private static ErrorCode codeOf(HttpService http, HttpCall call) {
    return failureOf(http, call).code();
  }

  private static MonitorException failureOf(HttpService http, HttpCall call) {
    return catchThrowableOfType(MonitorException.class, () -> http.send(call));
  }
}
