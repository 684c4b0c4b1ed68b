package io.vllmmonitor.simulator.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vllmmonitor.simulator.engine.EngineProfile;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RoutesTest {
  private static final String SHORT =
      "{\"model\":\"tiny\",\"prompt\":\"hello\",\"max_tokens\":20,\"ignore_eos\":true}";
  private static final String LONG =
      "{\"model\":\"tiny\",\"prompt\":\"hello\",\"max_tokens\":1900,\"ignore_eos\":true}";

  private SimulatedVllmServer server =
      SimulatedVllmServer.start(SimulatorConfig.defaults().withRate(0).withTimeScale(5));

  @AfterEach
  void close() {
    server.close();
  }

  @Test
  void theInfoRoutesAnswerLikeARealServer() throws IOException {
    assertThat(Answer.get(server, "/health")).isEqualTo(new Answer(200, "", ""));
    assertThat(Answer.get(server, "/ping")).isEqualTo(new Answer(200, "", ""));
    assertThat(Answer.post(server, "/ping", "")).isEqualTo(new Answer(200, "", ""));
    assertThat(Answer.get(server, "/version").body()).isEqualTo("{\"version\":\"0.32.0\"}");
    assertThat(Answer.get(server, "/load").body()).isEqualTo("{\"server_load\":0}");
    assertThat(Answer.get(server, "/v1/models").body())
        .startsWith(
            "{\"object\":\"list\",\"data\":[{\"id\":\"tiny\",\"object\":\"model\",\"created\":")
        .contains(
            "\"owned_by\":\"vllm\",\"root\":\"/models/tiny\",\"parent\":null,\"max_model_len\":2048");
    assertThat(Answer.get(server, "/metrics").contentType())
        .isEqualTo("text/plain; version=1.0.0; charset=utf-8");
  }

  @Test
  void openApiListsTheRoutesServed() throws IOException {
    assertThat(Answer.get(server, "/openapi.json").body())
        .contains(
            "\"paths\":{",
            "\"/pause\":{\"post\":{}}",
            "\"/is_paused\":{\"get\":{}}",
            "\"/ping\":{\"get\":{},\"post\":{}}")
        .doesNotContain("simulator/faults");
  }

  @Test
  void withoutDevModeTheControlRoutesAreUnknown() throws IOException {
    try (SimulatedVllmServer plain =
        SimulatedVllmServer.start(SimulatorConfig.defaults().withRate(0).withDevMode(false))) {
      assertThat(Answer.post(plain, "/pause", "").status()).isEqualTo(404);
      assertThat(Answer.get(plain, "/is_sleeping").body()).isEqualTo("{\"detail\":\"Not Found\"}");
      assertThat(Answer.get(plain, "/openapi.json").body()).doesNotContain("/pause");
    }
  }

  @Test
  void unknownPathsAndMethodsAreRefusedAndCounted() throws IOException {
    assertThat(Answer.get(server, "/nope").status()).isEqualTo(404);
    assertThat(Answer.get(server, "/v1/completions").status()).isEqualTo(405);
    assertThat(
            Answer.metric(
                server, "http_requests_total{handler=\"none\",method=\"GET\",status=\"4xx\"}"))
        .isEqualTo(1);
  }

  @Test
  void aCompletionTakesTimeAndIsCounted() throws IOException {
    Answer answer = Answer.post(server, "/v1/completions", SHORT);
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.body())
        .startsWith("{\"id\":\"cmpl-")
        .contains(
            "\"object\":\"text_completion\"",
            "\"finish_reason\":\"length\"",
            "\"completion_tokens\":20");
    String page = Answer.get(server, "/metrics").body();
    assertThat(Answer.value(page, "vllm:generation_tokens_total")).isEqualTo(20);
    assertThat(page)
        .contains(
            "http_requests_total{handler=\"/v1/completions\",method=\"POST\",status=\"2xx\"} 1.0");
  }

  @Test
  void aStreamArrivesInEventsAndEndsWithDone() throws IOException {
    Answer chat =
        Answer.post(
            server,
            "/v1/chat/completions",
            "{\"model\":\"tiny\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}],\"max_tokens\":30,\"stream\":true}");
    assertThat(chat.contentType()).isEqualTo("text/event-stream; charset=utf-8");
    assertThat(chat.body()).startsWith("data: {\"id\":\"chatcmpl-").endsWith("data: [DONE]\n\n");
    Answer text = Answer.post(server, "/v1/completions", SHORT.replace("}", ",\"stream\":true}"));
    assertThat(text.body())
        .contains("\"object\":\"text_completion\"", "\"finish_reason\":\"length\"");
  }

  @Test
  void badCompletionsAreRefused() throws IOException {
    assertThat(Answer.post(server, "/v1/completions", "{\"model\":\"nope\",\"prompt\":\"x\"}"))
        .extracting(Answer::status, Answer::body)
        .containsExactly(
            404,
            "{\"error\":{\"message\":\"The model `nope` does not exist. Valid aliases: tiny.\",\"type\":\"NotFoundError\",\"param\":\"model\",\"code\":404}}");
    assertThat(
            Answer.post(server, "/v1/completions", "{\"prompt\":\"x\",\"max_tokens\":1000000}")
                .status())
        .isEqualTo(400);
    assertThat(
            Answer.post(server, "/v1/completions", "{\"prompt\":\"x\",\"max_tokens\":0}").status())
        .isEqualTo(400);
    assertThat(Answer.post(server, "/v1/completions", "{\"model\":\"tiny\"}").status())
        .isEqualTo(400);
    assertThat(Answer.post(server, "/v1/completions", "{broken").status()).isEqualTo(400);
    assertThat(Answer.post(server, "/v1/chat/completions", "{\"model\":\"tiny\"}").status())
        .isEqualTo(400);
    assertThat(
            Answer.metric(
                server,
                "http_requests_total{handler=\"/v1/completions\",method=\"POST\",status=\"4xx\"}"))
        .isEqualTo(5);
  }

  @Test
  void pauseAndResumeAnswerLikeARealServerAndHoldRequestsBack() throws IOException {
    assertThat(Answer.post(server, "/pause?mode=keep", "").body())
        .isEqualTo("{\"status\":\"paused\"}");
    assertThat(Answer.get(server, "/is_paused").body()).isEqualTo("{\"is_paused\":true}");
    CompletableFuture<Answer> waiting = Answer.later(server, "/v1/completions", SHORT);
    await().until(() -> Answer.metric(server, "process_open_fds") == 35);
    assertThat(Answer.metric(server, "vllm:num_requests_running")).isZero();
    assertThat(Answer.metric(server, "vllm:num_requests_waiting")).isZero();
    assertThat(waiting).isNotDone();

    assertThat(Answer.post(server, "/resume", "").body()).isEqualTo("{\"status\":\"resumed\"}");
    assertThat(Answer.get(server, "/is_paused").body()).isEqualTo("{\"is_paused\":false}");
    assertThat(waiting.join().status()).isEqualTo(200);
  }

  @Test
  void aPauseThatWaitsAnswersWhenTheRunningRequestsAreDone() throws IOException {
    CompletableFuture<Answer> running =
        Answer.later(server, "/v1/completions", LONG.replace("1900", "600"));
    await().until(() -> Answer.metric(server, "vllm:num_requests_running") == 1);
    assertThat(Answer.post(server, "/pause?mode=wait&clear_cache=false", "").body())
        .isEqualTo("{\"status\":\"paused\"}");
    assertThat(running.join().status()).isEqualTo(200);
    assertThat(Answer.metric(server, "vllm:num_requests_running")).isZero();
  }

  @Test
  void aBadPauseIsRefused() throws IOException {
    assertThat(Answer.post(server, "/pause?mode=never", "").status()).isEqualTo(400);
    assertThat(Answer.post(server, "/pause?mode=keep&clear_cache=perhaps", "").status())
        .isEqualTo(400);
    assertThat(Answer.get(server, "/is_paused").body()).isEqualTo("{\"is_paused\":false}");
  }

  @Test
  void abortedRequestsAnswerButAreNotCountedAsSuccess() throws IOException {
    CompletableFuture<Answer> running = Answer.later(server, "/v1/completions", LONG);
    await().until(() -> Answer.metric(server, "vllm:num_requests_running") == 1);
    assertThat(Answer.post(server, "/abort_requests", "").status()).isEqualTo(400);
    assertThat(
            Answer.post(server, "/abort_requests", "{\"request_ids\":[\"cmpl-unknown\"]}").body())
        .isEqualTo("{\"status\":\"aborted\",\"aborted\":0}");
    assertThat(Answer.post(server, "/abort_requests", "{}").body())
        .isEqualTo("{\"status\":\"aborted\",\"aborted\":1}");
    assertThat(running.join().status()).isEqualTo(200);

    String page = Answer.get(server, "/metrics").body();
    assertThat(page).contains("finished_reason=\"abort\",model_name=\"tiny\"} 0.0");
    assertThat(
            Answer.value(
                page,
                "http_requests_total{handler=\"/v1/completions\",method=\"POST\",status=\"2xx\"}"))
        .isEqualTo(1);
    assertThat(Answer.value(page, "vllm:num_requests_running")).isZero();
  }

  @Test
  void thePrefixCacheIsNotResetWhileBlocksAreHeld() throws IOException {
    CompletableFuture<Answer> running = Answer.later(server, "/v1/completions", LONG);
    await().until(() -> Answer.metric(server, "vllm:num_requests_running") == 1);
    assertThat(Answer.post(server, "/reset_prefix_cache", "").body())
        .isEqualTo("{\"success\":false}");
    Answer.post(server, "/abort_requests", "{}");
    running.join();
    assertThat(Answer.post(server, "/reset_prefix_cache", "").body())
        .isEqualTo("{\"success\":true}");
  }

  @Test
  void sleepAndWakeUpShowInTheirRouteAndGauge() throws IOException {
    assertThat(Answer.post(server, "/sleep?level=1", "").body())
        .isEqualTo("{\"status\":\"sleeping\",\"level\":1}");
    assertThat(Answer.get(server, "/is_sleeping").body()).isEqualTo("{\"is_sleeping\":true}");
    assertThat(Answer.get(server, "/metrics").body())
        .contains("sleep_state=\"awake\"} 0.0", "sleep_state=\"weights_offloaded\"} 1.0");
    assertThat(Answer.post(server, "/wake_up?tags=weights", "").body())
        .isEqualTo("{\"status\":\"awake\",\"tags\":[\"weights\"]}");
    assertThat(Answer.get(server, "/is_sleeping").body()).isEqualTo("{\"is_sleeping\":true}");
    assertThat(Answer.post(server, "/wake_up", "").body())
        .isEqualTo("{\"status\":\"awake\",\"tags\":null}");
    assertThat(Answer.get(server, "/is_sleeping").body()).isEqualTo("{\"is_sleeping\":false}");
    assertThat(Answer.post(server, "/sleep?level=9", "").status()).isEqualTo(400);
  }

  @Test
  void loadCountsOnlyWhereItIsTracked() throws IOException {
    try (SimulatedVllmServer tracking =
        SimulatedVllmServer.start(SimulatorConfig.defaults().withRate(0).withLoadTracking(true))) {
      CompletableFuture<Answer> running = Answer.later(tracking, "/v1/completions", LONG);
      await().until(() -> Answer.get(tracking, "/load").body().equals("{\"server_load\":1}"));
      Answer.post(tracking, "/abort_requests", "{}");
      running.join();
      assertThat(Answer.get(tracking, "/load").body()).isEqualTo("{\"server_load\":0}");
    }
  }

  @Test
  void aClientThatHangsUpLeavesTheEngine() throws IOException {
    try (Socket client = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
      String head =
          "POST /v1/completions HTTP/1.1\r\nhost: x\r\ncontent-length: "
              + LONG.length()
              + "\r\n\r\n";
      client.getOutputStream().write((head + LONG).getBytes(ISO_8859_1));
      await().until(() -> server.life().load() == 1);
    }
    await().until(() -> server.life().load() == 0);
    assertThat(Answer.metric(server, "vllm:generation_tokens_total")).isLessThan(1_900);
  }

  @Test
  void connectionsAreKeptAndCounted() throws IOException {
    try (Socket client = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
      for (int i = 0; i < 3; i++) {
        client
            .getOutputStream()
            .write("GET /health HTTP/1.1\r\nhost: x\r\n\r\n".getBytes(ISO_8859_1));
        assertThat(readAnswer(client)).isEqualTo("HTTP/1.1 200 OK");
      }
      assertThat(Answer.metric(server, "process_open_fds")).isEqualTo(35);
    }
    await().until(() -> Answer.metric(server, "process_open_fds") == 34);
  }

  @Test
  void whatIsNotHttpIsRefused() throws IOException {
    try (Socket client = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
      client.getOutputStream().write("hello\r\n\r\n".getBytes(ISO_8859_1));
      assertThat(new String(client.getInputStream().readAllBytes(), ISO_8859_1))
          .startsWith("HTTP/1.1 400 Bad Request");
    }
  }

  @Test
  void smallAnswersDoNotWaitForAcknowledgements() throws IOException {
    try (Socket client = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
      long begin = System.nanoTime();
      for (int i = 0; i < 100; i++) {
        client
            .getOutputStream()
            .write("GET /version HTTP/1.1\r\nhost: x\r\n\r\n".getBytes(ISO_8859_1));
        assertThat(readAnswer(client)).isEqualTo("HTTP/1.1 200 OK");
      }
      // Stalls of 40 ms would add up to four seconds.
      assertThat((System.nanoTime() - begin) / 1e9).isLessThan(3);
    }
  }

  @Test
  void theSmallestProfileMayBeReplaced() throws IOException {
    server.close();
    server =
        SimulatedVllmServer.start(
            SimulatorConfig.defaults().withRate(0).withProfile(EngineProfile.H100_7B));
    assertThat(Answer.get(server, "/v1/models").body()).contains("\"max_model_len\":32768");
  }

  /** Reads one answer with a Content-Length and returns its status line. */
  private static String readAnswer(Socket client) throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      head.append((char) client.getInputStream().read());
    }
    int at = head.indexOf("content-length: ") + "content-length: ".length();
    int length = Integer.parseInt(head.substring(at, head.indexOf("\r", at)));
    client.getInputStream().skipNBytes(length);
    return head.substring(0, head.indexOf("\r"));
  }
}
