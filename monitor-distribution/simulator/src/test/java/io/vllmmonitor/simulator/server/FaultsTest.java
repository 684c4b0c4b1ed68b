package io.vllmmonitor.simulator.server;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FaultsTest {
  private static final String START = "process_start_time_seconds";
  private static final String LONG =
      "{\"model\":\"tiny\",\"prompt\":\"hello\",\"max_tokens\":1900,\"ignore_eos\":true}";

  private final VirtualTime time = new VirtualTime();
  private SimulatedVllmServer server = start(2);

  @AfterEach
  void close() {
    server.close();
  }

  @Test
  void withoutAFaultTheServerIsCalm() throws IOException {
    time.pass(server, 120);
    String page = Answer.get(server, "/metrics").body();
    assertThat(Answer.value(page, "vllm:num_preemptions_total")).isZero();
    assertThat(Answer.value(page, "vllm:kv_cache_usage_perc")).isLessThan(0.3);
    assertThat(Answer.value(page, "vllm:generation_tokens_total")).isGreaterThan(5_000);
    assertThat(Answer.value(page, "http_requests_total")).isGreaterThan(150);
    assertThat(server.faults().active()).isEmpty();
  }

  @Test
  void aSurgeFillsTheQueueUntilItEnds() throws IOException {
    time.pass(server, 20);
    server.faults().activate(Fault.TRAFFIC_SURGE);
    time.pass(server, 40);
    assertThat(Answer.metric(server, "vllm:num_requests_waiting")).isGreaterThan(20);
    server.faults().clear(Fault.TRAFFIC_SURGE);
    time.pass(server, 120);
    assertThat(Answer.metric(server, "vllm:num_requests_waiting")).isZero();
  }

  @Test
  void kvExhaustionThrashesAndAPauseThatWaitsRelievesIt() throws IOException {
    time.pass(server, 20);
    server.faults().activate(Fault.KV_EXHAUSTION);
    time.pass(server, 30);
    double before = Answer.metric(server, "vllm:num_preemptions_total");
    time.pass(server, 20);
    String thrashing = Answer.get(server, "/metrics").body();
    assertThat(Answer.value(thrashing, "vllm:num_preemptions_total") - before).isGreaterThan(20);
    assertThat(Answer.value(thrashing, "vllm:kv_cache_usage_perc")).isGreaterThan(0.9);

    CompletableFuture<Answer> paused = Answer.later(server, "/pause?mode=wait", "");
    await()
        .until(
            () -> {
              time.pass(server, 0.5);
              return paused.isDone();
            });
    assertThat(paused.join().body()).isEqualTo("{\"status\":\"paused\"}");
    Answer.post(server, "/resume", "");
    double after = Answer.metric(server, "vllm:num_preemptions_total");
    time.pass(server, 60);
    String calm = Answer.get(server, "/metrics").body();
    assertThat(Answer.value(calm, "vllm:num_preemptions_total")).isEqualTo(after);
    assertThat(Answer.value(calm, "vllm:kv_cache_usage_perc")).isLessThan(0.8);
  }

  @Test
  void clearingKvExhaustionTakesItsRequestsAway() throws IOException {
    time.pass(server, 5);
    server.faults().activate(Fault.KV_EXHAUSTION, new FaultOptions(0, 0, 20, 100, 1_000, 0));
    time.pass(server, 5);
    assertThat(Answer.metric(server, "vllm:num_requests_running")).isGreaterThan(19);
    server.faults().clear(Fault.KV_EXHAUSTION);
    time.pass(server, 15);
    assertThat(Answer.metric(server, "vllm:num_requests_running")).isLessThan(12);
  }

  @Test
  void aCollapsedPrefixCacheHitsNothing() throws IOException {
    time.pass(server, 60);
    double hits = Answer.metric(server, "vllm:prefix_cache_hits_total");
    assertThat(hits).isPositive();
    server.faults().activate(Fault.PREFIX_CACHE_COLLAPSE);
    time.pass(server, 60);
    assertThat(Answer.metric(server, "vllm:prefix_cache_hits_total")).isEqualTo(hits);
    server.faults().clearAll();
    time.pass(server, 60);
    assertThat(Answer.metric(server, "vllm:prefix_cache_hits_total")).isGreaterThan(hits);
  }

  @Test
  void inAHangHealthStays200GaugesFreezeAndDescriptorsGrow() throws IOException {
    time.pass(server, 30);
    server.faults().activate(Fault.WORKER_HANG);
    String before = Answer.get(server, "/metrics").body();
    time.pass(server, 30);
    String after = Answer.get(server, "/metrics").body();
    assertThat(vllmLines(after)).isEqualTo(vllmLines(before));
    assertThat(Answer.value(after, "process_open_fds"))
        .isGreaterThan(Answer.value(before, "process_open_fds") + 40);
    assertThat(Answer.get(server, "/health").status()).isEqualTo(200);

    server.faults().clear(Fault.WORKER_HANG);
    time.pass(server, 30);
    assertThat(Answer.metric(server, "vllm:generation_tokens_total"))
        .isGreaterThan(Answer.value(after, "vllm:generation_tokens_total"));
    assertThat(Answer.metric(server, "process_open_fds")).isLessThan(50);
  }

  @Test
  void aHungEngineAnswersControlCallsOnlyAfterwards() {
    server.faults().activate(Fault.WORKER_HANG);
    CompletableFuture<Answer> asked = Answer.later(server, "/is_paused", "");
    CompletableFuture<Answer> paused = Answer.later(server, "/pause?mode=keep", "");
    await().until(() -> server.connections() == 2 || asked.isDone());
    assertThat(paused).isNotDone();
    server.faults().clear(Fault.WORKER_HANG);
    server.tick();
    assertThat(paused.join().body()).isEqualTo("{\"status\":\"paused\"}");
    assertThat(asked.join().status()).isEqualTo(405);
  }

  @Test
  void aDeadEngineCoreShows503AndAFrozenPageForFiveSecondsThenRefuses() throws IOException {
    time.pass(server, 20);
    CompletableFuture<Answer> running = Answer.later(server, "/v1/completions", LONG);
    await().until(() -> server.connections() == 1 && server.life().load() > 0);
    server.faults().activate(Fault.ENGINE_CORE_KILLED);
    assertThat(running.join().status()).isEqualTo(500);
    String before = Answer.get(server, "/metrics").body();
    time.pass(server, 4.8);
    assertThat(Answer.get(server, "/health").status()).isEqualTo(503);
    assertThat(vllmLines(Answer.get(server, "/metrics").body())).isEqualTo(vllmLines(before));
    assertThat(Answer.post(server, "/v1/completions", LONG).status()).isEqualTo(500);
    assertThat(Answer.post(server, "/pause?mode=keep", "").status()).isEqualTo(500);

    time.pass(server, 0.4);
    assertRefused();
    assertThat(server.faults().active()).containsExactly(Fault.ENGINE_CORE_KILLED);
    assertThatThrownBy(() -> server.faults().activate(Fault.WORKER_HANG))
        .isInstanceOf(IllegalStateException.class);

    int port = server.port();
    time.pass(server, 10);
    server.restart();
    assertThat(server.port()).isEqualTo(port);
    assertThat(Answer.get(server, "/health").status()).isEqualTo(200);
    assertThat(server.faults().active()).isEmpty();
  }

  @Test
  void aDeadWorkerRefusesAtOnceAndComesBackWhenScheduled() throws IOException {
    time.pass(server, 20);
    double started = Answer.metric(server, START);
    server.faults().activate(Fault.WORKER_KILLED, FaultOptions.restartAfter(8));
    assertRefused();
    time.pass(server, 7.8);
    assertRefused();
    time.pass(server, 0.4);
    assertThat(Answer.get(server, "/health").status()).isEqualTo(200);
    assertThat(Answer.metric(server, START)).isGreaterThan(started + 25);
    assertThat(Answer.metric(server, "vllm:generation_tokens_total")).isLessThan(100);
  }

  @Test
  void aDeadWorkerNeverShows503OnAKeptConnection() throws IOException {
    try (Socket kept = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
      byte[] health = "GET /health HTTP/1.1\r\nhost: x\r\n\r\n".getBytes(US_ASCII);
      kept.getOutputStream().write(health);
      assertThat(new String(kept.getInputStream().readNBytes(15), US_ASCII))
          .isEqualTo("HTTP/1.1 200 OK");
      server.faults().activate(Fault.WORKER_KILLED);
      kept.getOutputStream().write(health);
      String rest = readUntilTheEnd(kept);
      assertThat(rest).doesNotContain("503");
    }
  }

  @Test
  void aRunningRequestOfADeadWorkerGetsA500() {
    CompletableFuture<Answer> running = Answer.later(server, "/v1/completions", LONG);
    await().until(() -> server.life().load() > 0);
    server.faults().activate(Fault.WORKER_KILLED);
    assertThat(running.join().status()).isEqualTo(500);
  }

  @Test
  void aDeadWorkerStaysDeadOtherwise() {
    server.faults().activate(Fault.WORKER_KILLED);
    time.pass(server, 300);
    assertThat(server.listening()).isFalse();
  }

  @Test
  void aRestartResetsCountersOnTheSamePort() throws IOException {
    time.pass(server, 20);
    server.faults().activate(Fault.PREFIX_CACHE_COLLAPSE);
    double started = Answer.metric(server, START);
    double tokens = Answer.metric(server, "vllm:generation_tokens_total");
    assertThat(tokens).isGreaterThan(500);
    server.faults().activate(Fault.RESTART);
    assertRefused();
    time.pass(server, 2.2);
    assertThat(Answer.metric(server, START)).isGreaterThan(started);
    assertThat(Answer.metric(server, "vllm:generation_tokens_total")).isLessThan(100);
    assertThat(server.faults().active()).containsExactly(Fault.PREFIX_CACHE_COLLAPSE);
  }

  @Test
  void faultsAreSwitchedByHttp() throws IOException {
    String path = "/simulator/faults";
    assertThat(Answer.get(server, path).body())
        .startsWith("{\"active\":[],\"known\":[\"traffic_surge\",\"kv_exhaustion\"");
    assertThat(
            Answer.post(
                    server,
                    path,
                    "{\"fault\":\"traffic_surge\",\"extra_rate\":5,\"ramp_seconds\":1}")
                .body())
        .startsWith("{\"active\":[\"traffic_surge\"]");
    assertThat(Answer.post(server, path, "{\"fault\":\"worker_hang\"}").body())
        .startsWith("{\"active\":[\"traffic_surge\",\"worker_hang\"]");
    assertThat(Answer.send(server, "DELETE", path + "/traffic_surge", null).body())
        .startsWith("{\"active\":[\"worker_hang\"]");
    assertThat(Answer.post(server, path, "{\"clear\":true}").body()).startsWith("{\"active\":[]");
    assertThat(
            Answer.post(server, path, "{\"fault\":\"worker_killed\",\"restart_after_seconds\":3}")
                .status())
        .isEqualTo(200);
    assertRefused();
    time.pass(server, 3.2);
    assertThat(Answer.get(server, path).body()).startsWith("{\"active\":[]");
  }

  @Test
  void badFaultsAreRefused() throws IOException {
    String path = "/simulator/faults";
    assertThat(Answer.post(server, path, "{\"fault\":\"flood\"}").body())
        .contains("unknown fault 'flood'");
    assertThat(Answer.post(server, path, "{\"fault\":\"traffic_surge\",\"rate\":3}").body())
        .contains("[rate]");
    assertThat(
            Answer.post(server, path, "{\"fault\":\"worker_killed\",\"restart_after_seconds\":-1}")
                .status())
        .isEqualTo(400);
    assertThat(Answer.post(server, path, "oops").status()).isEqualTo(400);
    assertThat(
            Answer.post(server, path, "{\"fault\":\"kv_exhaustion\",\"output_tokens\":9000}")
                .status())
        .isEqualTo(400);
    assertThat(server.faults().active()).isEmpty();
    assertThat(Answer.send(server, "DELETE", path + "/flood", null).status()).isEqualTo(404);
  }

  @Test
  void scheduledFaultsStrikeByThemselves() throws IOException {
    server.close();
    server =
        SimulatedVllmServer.start(
            time.on(SimulatorConfig.defaults())
                .withFaults(List.of(ScheduledFault.parse("worker_hang@10"))));
    time.pass(server, 9.5);
    assertThat(server.faults().active()).isEmpty();
    time.pass(server, 1);
    assertThat(server.faults().active()).containsExactly(Fault.WORKER_HANG);
  }

  @Test
  void aClosedServerCannotComeBack() {
    server.faults().activate(Fault.WORKER_KILLED, FaultOptions.restartAfter(1));
    server.close();
    time.pass(server, 5);
    assertThat(server.listening()).isFalse();
    assertThatThrownBy(server::restart).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void inRealTimeTheServerDrivesItself() {
    try (SimulatedVllmServer real =
        SimulatedVllmServer.start(SimulatorConfig.defaults().withRate(4).withTimeScale(10))) {
      await().until(() -> Answer.metric(real, "vllm:generation_tokens_total") > 100);
      real.faults().activate(Fault.WORKER_KILLED, FaultOptions.restartAfter(5));
      assertThat(real.listening()).isFalse();
      await().until(real::listening);
      await().until(() -> Answer.metric(real, "vllm:generation_tokens_total") > 100);
    }
  }

  private SimulatedVllmServer start(double rate) {
    return SimulatedVllmServer.start(time.on(SimulatorConfig.defaults()).withRate(rate));
  }

  private static String readUntilTheEnd(Socket socket) throws IOException {
    try {
      return new String(socket.getInputStream().readAllBytes(), US_ASCII);
    } catch (SocketException e) {
      return "reset";
    }
  }

  private void assertRefused() {
    assertThatThrownBy(() -> Answer.get(server, "/health")).isInstanceOf(ConnectException.class);
  }

  private static List<String> vllmLines(String page) {
    return page.lines().filter(line -> line.startsWith("vllm:")).toList();
  }
}
