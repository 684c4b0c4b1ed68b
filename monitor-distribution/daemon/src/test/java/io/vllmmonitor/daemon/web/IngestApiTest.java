package io.vllmmonitor.daemon.web;

import static io.vllmmonitor.daemon.web.RestApiTest.assertProblem;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.vllmmonitor.api.sample.Sample;
import io.vllmmonitor.api.sample.SeriesSelector;
import io.vllmmonitor.api.sample.StaleMarker;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class IngestApiTest {
  private static final String IMPORT = "/api/v1/import/prometheus";
  private static final String WRITE = "/api/v1/write";
  private static final String FLUSH = "/api/v1/admin/flush";
  private static final String[] TOKEN = {"Authorization", "Bearer " + FakeDaemon.TOKEN};
  private static final long NOW = FakeDaemon.NOW.toEpochMilli();
  private static final Duration SHORT = Duration.ofMillis(500);

  private final FakeDaemon daemon =
      new FakeDaemon(
          new WebLimits(1 << 20, 1 << 20, 1 << 20, 20, SHORT, SHORT, 2, Duration.ofMillis(50)));
  private final Calls calls = new Calls(daemon);
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  @AfterEach
  void close() {
    daemon.close();
  }

  @Test
  void everyPathNeedsTheTokenAndStoresNothingWithoutIt() throws Exception {
    for (String path : List.of(IMPORT, WRITE, FLUSH)) {
      HttpResponse<String> answer = calls.send("POST", path, "a 1\n", new String[0]);
      assertProblem(answer, 401, "VMON-8001", "token");
      assertThat(answer.headers().firstValue("WWW-Authenticate")).hasValue("Bearer");
      assertThat(answer.headers().firstValue("Connection")).hasValue("close");
      assertProblem(
          calls.send("POST", path, "a 1\n", new String[] {"Authorization", "Bearer x"}),
          401,
          "VMON-8001",
          "token");
      assertProblem(
          calls.send(
              "POST", path, "a 1\n", new String[] {TOKEN[0], TOKEN[1], "Origin", "https://evil"}),
          403,
          "VMON-8005",
          "Origin");
    }
    assertThat(daemon.pushed.statistics().samples()).isZero();
    assertThat(daemon.bodies).containsEntry("import 401", 2).containsEntry("write 403", 1);
  }

  @Test
  void otherMethodsAreAnsweredWithTheRightOne() throws Exception {
    HttpResponse<String> get = calls.send("GET", IMPORT);
    assertProblem(get, 405, "VMON-8007", "POST");
    assertThat(get.headers().firstValue("Allow")).hasValue("OPTIONS, POST");
    assertThat(calls.send("OPTIONS", WRITE).statusCode()).isEqualTo(204);
    assertThat(calls.send("GET", "/").body()).contains("POST " + IMPORT, "POST " + WRITE);
    assertThat(calls.send("POST", IMPORT + "/x", TOKEN).statusCode()).isEqualTo(404);
  }

  @Test
  void anImportIsStoredWhenItIsAnswered() throws Exception {
    String body = "a{instance=\"x:1\"} 1 " + NOW + "\nb 2 " + NOW + "\nc NaN\n";
    HttpResponse<String> answer = push(IMPORT, body);
    assertThat(answer.statusCode()).isEqualTo(204);
    assertThat(answer.body()).isEmpty();
    assertThat(answer.headers().firstValue("X-Content-Type-Options")).hasValue("nosniff");
    assertThat(latest())
        .extracting(sample -> sample.series().toString())
        .containsExactly(
            "a{instance=\"x:1\",job=\"vllm\"}",
            "b{instance=\"pushed\",job=\"vllm\"}",
            "c{instance=\"pushed\",job=\"vllm\"}");
    assertCounted(3, 3, "{}");
    assertThat(daemon.bodies).containsExactlyEntriesOf(Map.of("import 204", 1));
  }

  @Test
  void theAnswerTellsWhatWasRejected() throws Exception {
    push(IMPORT, "a 1 " + NOW + "\n");
    HttpResponse<String> answer =
        push(
            IMPORT,
            "a 2 %d\na 1 %d\na 0 %d\na 5 %d\na 7 %d\n"
                .formatted(NOW, NOW, NOW - 60_000, NOW - 3_600_000, NOW + 3_600_000));
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body())
        .isEqualTo(
            "{\"received\":5,\"rejected\":{\"OUT_OF_ORDER\":1,\"DUPLICATE_TIMESTAMP\":1,"
                + "\"TOO_FAR_AHEAD\":1},\"stored\":2}");
    assertCounted(6, 3, "{DUPLICATE_TIMESTAMP=1, OUT_OF_ORDER=1, TOO_FAR_AHEAD=1}");
    assertThat(push(IMPORT, "a 1 " + NOW + "\n", "Accept", "application/json").body())
        .isEqualTo("{\"received\":1,\"rejected\":{},\"stored\":1}");
  }

  @Test
  void aMalformedBodyStoresNothing() throws Exception {
    assertProblem(
        push(IMPORT, "a 1 1000\nb 2 1000\nc x 1000\n"), 400, "VMON-3301", "Line 3 is 'c x 1000'");
    assertProblem(push(IMPORT, "a 1e400\n"), 400, "VMON-3301", "1.8e308");
    assertProblem(
        push(IMPORT, "a{b=\"" + "v".repeat(1 << 20) + "\"} 1\n"), 400, "VMON-3303", "4096");
    assertThat(daemon.pushed.statistics().samples()).isZero();
    assertCounted(5, 0, "{INGEST_LIMIT=1, INGEST_MALFORMED_LINE=4}");
  }

  @Test
  void parametersNameJobAndInstance() throws Exception {
    assertThat(push(IMPORT + "?instance=gpu1:8000&job=x", "a 1\n").statusCode()).isEqualTo(204);
    assertThat(latest().get(0).series()).hasToString("a{instance=\"gpu1:8000\",job=\"x\"}");
    assertProblem(push(IMPORT + "?instanse=x", "a 1\n"), 400, "VMON-8003", "instanse");
    assertProblem(push(IMPORT + "?instance=", "a 1\n"), 400, "VMON-3303", "instance");
  }

  @Test
  void encodingsAndContentTypesAreHonoured() throws Exception {
    byte[] body = gzip("a 1\n");
    assertThat(push(IMPORT, body, "Content-Encoding", "gzip").statusCode()).isEqualTo(204);
    assertProblem(push(IMPORT, body, "Content-Encoding", "br"), 400, "VMON-3302", "'br'");
    assertProblem(push(IMPORT, "a 1\n", "Content-Encoding", "gzip"), 400, "VMON-3302", "gzip");
    assertProblem(
        push(IMPORT, "a 1\n", "Content-Type", "application/openmetrics-text; version=1.0.0"),
        400,
        "VMON-3302",
        "OpenMetrics");
    assertProblem(
        push(
            WRITE,
            "",
            "Content-Type",
            "application/x-protobuf;proto=io.prometheus.write.v2.Request"),
        400,
        "VMON-3302",
        "1.0");
  }

  @Test
  void bodiesLargerThanOtherRequestsMaySendAreTaken() throws Exception {
    String body = ("# " + "x".repeat(1_000) + "\n").repeat(5_000) + "a 1\n";
    assertThat(push(IMPORT, body).statusCode()).isEqualTo(204);
    byte[] tooMuch = new byte[(16 << 20) + 1];
    assertProblem(
        push(IMPORT, gzip(new String(tooMuch, ISO_8859_1)), "Content-Encoding", "gzip"),
        413,
        "VMON-8004",
        "inflated");
    assertThat(daemon.pushed.statistics().samples()).isEqualTo(1);
  }

  @Test
  void chunkedBodiesAreReadToTheirEnd() throws Exception {
    HttpRequest request =
        request(IMPORT)
            .POST(
                BodyPublishers.ofInputStream(
                    () -> new ByteArrayInputStream("a 1\nb 2\n".getBytes(UTF_8))))
            .build();
    assertThat(client.send(request, HttpResponse.BodyHandlers.ofString()).statusCode())
        .isEqualTo(204);
    assertThat(daemon.pushed.statistics().samples()).isEqualTo(2);
  }

  @Test
  void aBodyShorterThanItsLengthStoresNothing() throws Exception {
    try (Socket socket = calls.open()) {
      socket
          .getOutputStream()
          .write(
              ("POST "
                      + IMPORT
                      + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: "
                      + TOKEN[1]
                      + "\r\nContent-Length: 50\r\n\r\na 1 1000\n")
                  .getBytes(ISO_8859_1));
      socket.shutdownOutput();
      assertThat(Calls.readAll(socket))
          .satisfiesAnyOf(
              text -> assertThat(text).isEmpty(),
              text -> assertThat(text).startsWith("HTTP/1.1 400"));
    }
    String longer =
        calls.raw(
            "POST "
                + IMPORT
                + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: "
                + TOKEN[1]
                + "\r\nContent-Length: 4\r\nConnection: close\r\n\r\na 1\nb 2\nc 3\n");
    assertThat(longer).startsWith("HTTP/1.1 204");
    for (String lie : List.of("-1", "x", "99999999999999999999", "4, 5")) {
      assertThat(
              calls.raw(
                  "POST "
                      + IMPORT
                      + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: "
                      + TOKEN[1]
                      + "\r\nContent-Length: "
                      + lie
                      + "\r\nConnection: close\r\n\r\na 1\n"))
          .startsWith("HTTP/1.1 400");
    }
    assertThat(daemon.pushed.statistics().samples()).isEqualTo(1);
  }

  @Test
  void remoteWriteKeepsStaleMarkersAndCountsWhatItDoesNotKeep() throws Exception {
    HttpResponse<String> answer =
        push(
            WRITE,
            snappy(writeRequest(NOW)),
            "Content-Encoding",
            "snappy",
            "Content-Type",
            "application/x-protobuf",
            "X-Prometheus-Remote-Write-Version",
            "0.1.0");
    assertThat(answer.statusCode()).isEqualTo(204);
    Sample newest = latest().get(0);
    assertThat(newest.series()).hasToString("up{instance=\"a:1\",job=\"vllm\"}");
    assertThat(StaleMarker.is(newest.value())).isTrue();
    assertThat(daemon.meter.ignored).hasToString("{metadata=1}");
    assertThat(push(WRITE, snappy(writeRequest(NOW))).statusCode()).isEqualTo(204);
    assertThat(daemon.pushed.statistics().samples()).isEqualTo(2);
  }

  @Test
  void remoteWriteTellsSendersNotToRetryWhatWillNeverBeStored() throws Exception {
    assertProblem(
        push(WRITE, snappy(writeRequest(NOW + 3_600_000))), 400, "VMON-3003", "TOO_FAR_AHEAD=2");
    byte[] whole = snappy(writeRequest(NOW));
    for (int length = 0; length < whole.length; length += 3) {
      HttpResponse<String> answer = push(WRITE, Arrays.copyOf(whole, length));
      assertProblem(answer, 400, "VMON-3302", "");
    }
    assertThat(daemon.pushed.statistics().samples()).isZero();
  }

  @Test
  void aStoreThatFailsIsToldAsUnavailable() throws Exception {
    daemon.pushed.close();
    HttpResponse<String> answer = push(IMPORT, "a 1\n");
    assertProblem(answer, 503, "VMON-7007", "closed");
    assertThat(answer.headers().firstValue("Retry-After")).isPresent();
    assertCounted(1, 0, "{STORE_CLOSED=1}");
  }

  @Test
  void aFlushMayTakeLongerThanAnExchange() throws Exception {
    push(IMPORT, "a 1\n");
    CountDownLatch never = new CountDownLatch(1);
    daemon.onFlush =
        () -> {
          try {
            assertThat(never.await(3 * SHORT.toMillis(), TimeUnit.MILLISECONDS)).isFalse();
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
        };
    HttpResponse<String> answer = calls.send("POST", FLUSH, TOKEN);
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(Calls.json(answer).path("after").path("samples").asInt()).isEqualTo(1);
    assertThat(Calls.json(answer).path("before").path("series").asInt()).isEqualTo(1);
  }

  @Test
  void manyConnectionsPushAtOnce() throws Exception {
    ExecutorService senders = Executors.newFixedThreadPool(8);
    List<Future<Boolean>> done = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      String path = IMPORT + "?instance=i" + i;
      done.add(
          senders.submit(
              () -> {
                for (long at = NOW - 50; at < NOW; at++) {
                  assertThat(push(path, "a 1 %d\nb 2 %d\n".formatted(at, at)).statusCode())
                      .isEqualTo(204);
                }
                return true;
              }));
    }
    for (Future<Boolean> one : done) {
      assertThat(one.get()).isTrue();
    }
    senders.shutdown();
    assertCounted(800, 800, "{}");
    assertThat(daemon.pushed.statistics().samples()).isEqualTo(800);
  }

  private void assertCounted(long received, long stored, String rejected) {
    assertThat(daemon.meter.received).hasValue(received);
    assertThat(daemon.meter.stored).hasValue(stored);
    assertThat(daemon.meter.rejected).hasToString(rejected);
    long refused = daemon.meter.rejected.values().stream().mapToLong(Long::longValue).sum();
    assertThat(received).isEqualTo(stored + refused);
  }

  private List<Sample> latest() {
    return daemon.pushed.latest(SeriesSelector.all());
  }

  private HttpResponse<String> push(String path, String body, String... headers) throws Exception {
    return push(path, body.getBytes(UTF_8), headers);
  }

  private HttpResponse<String> push(String path, byte[] body, String... headers) throws Exception {
    HttpRequest.Builder request = request(path).POST(BodyPublishers.ofByteArray(body));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(daemon.url() + path))
        .timeout(Duration.ofSeconds(20))
        .headers(TOKEN);
  }

  private static byte[] gzip(String text) throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
      out.write(text.getBytes(ISO_8859_1));
    }
    return packed.toByteArray();
  }

  /** {@code up{instance="a:1"}}: 1 a second before, a stale marker then; and one metadata entry. */
  private static byte[] writeRequest(long at) {
    ByteArrayOutputStream series = new ByteArrayOutputStream();
    series.writeBytes(field("up", "__name__"));
    series.writeBytes(field("a:1", "instance"));
    series.writeBytes(sample(1, at - 1_000));
    series.writeBytes(sample(StaleMarker.value(), at));
    ByteArrayOutputStream request = new ByteArrayOutputStream();
    request.write(1 << 3 | 2);
    request.write(series.size());
    request.writeBytes(series.toByteArray());
    request.writeBytes(HexFormat.of().parseHex("1a00"));
    return request.toByteArray();
  }

  private static byte[] field(String value, String name) {
    ByteArrayOutputStream label = new ByteArrayOutputStream();
    label.write(1 << 3 | 2);
    label.write(4 + name.length() + value.length());
    label.write(1 << 3 | 2);
    label.write(name.length());
    label.writeBytes(name.getBytes(UTF_8));
    label.write(2 << 3 | 2);
    label.write(value.length());
    label.writeBytes(value.getBytes(UTF_8));
    return label.toByteArray();
  }

  private static byte[] sample(double value, long time) {
    ByteArrayOutputStream sample = new ByteArrayOutputStream();
    sample.write(1 << 3 | 1);
    for (int i = 0; i < 8; i++) {
      sample.write((int) (Double.doubleToRawLongBits(value) >>> (8 * i)));
    }
    sample.write(2 << 3);
    long left = time;
    for (; left > 127; left >>>= 7) {
      sample.write((int) (left & 127) | 128);
    }
    sample.write((int) left);
    ByteArrayOutputStream field = new ByteArrayOutputStream();
    field.write(2 << 3 | 2);
    field.write(sample.size());
    field.writeBytes(sample.toByteArray());
    return field.toByteArray();
  }

  /** A snappy block of one literal: length as a varint, then tag 61 with a length of two bytes. */
  private static byte[] snappy(byte[] plain) {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    packed.write((plain.length & 127) | (plain.length > 127 ? 128 : 0));
    if (plain.length > 127) {
      packed.write(plain.length >>> 7);
    }
    packed.write(61 << 2);
    packed.write((plain.length - 1) & 255);
    packed.write((plain.length - 1) >>> 8);
    packed.writeBytes(plain);
    return packed.toByteArray();
  }
}
