package io.vllmmonitor.daemon.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.vllmmonitor.api.sample.SampleBatch;
import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.api.target.TargetId;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExchangeJobsTest {
  private static final String[] TOKEN = {"Authorization", "Bearer " + FakeDaemon.TOKEN};

  @TempDir private Path folder;
  private final FakeDaemon daemon = new FakeDaemon();
  private final Calls calls = new Calls(daemon);

  @BeforeEach
  void fill() {
    daemon.samples.append(
        List.of(
            new SampleBatch(
                new TargetId("gpu1:8000"),
                FakeDaemon.NOW,
                List.of(SeriesKey.of("m")),
                new double[] {1})));
  }

  @AfterEach
  void close() {
    daemon.close();
  }

  private JsonNode ended(String path, String body) throws Exception {
    HttpResponse<String> answer = calls.send("POST", path, body, TOKEN);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
    String job = "/api/v1/jobs/" + Calls.json(answer).path("id").asText();
    await().until(() -> !calls.get(job).path("status").asText().equals("running"));
    return calls.get(job);
  }

  private static String directory(Path path, String more) {
    return "{\"directory\":\"" + path + "\"" + more + "}";
  }

  @Test
  void anExportAndItsImportRunAsJobs() throws Exception {
    Path archive = folder.resolve("archive");
    JsonNode export =
        ended("/api/v1/export", directory(archive, ",\"format\":\"csv\",\"compression\":\"all\""));
    assertThat(export.path("status").asText()).isEqualTo("done");
    assertThat(export.at("/result/samples").asLong()).isEqualTo(1);
    assertThat(archive.resolve("samples/2026-11-25.csv.zst")).exists();
    JsonNode imported = ended("/api/v1/import", directory(archive, ",\"mode\":\"merge\""));
    assertThat(imported.at("/result/parts/0/same").asLong()).isEqualTo(1);
    assertThat(imported.path("rows").asLong()).isPositive();
  }

  @Test
  void aVerificationRunsAsAJob() throws Exception {
    JsonNode job = ended("/api/v1/verify", "");
    assertThat(job.path("kind").asText()).isEqualTo("verify");
    assertThat(job.path("rows").asLong()).isEqualTo(7);
    assertThat(job.at("/result/total_findings").asLong()).isZero();
    assertThat(job.at("/result/directory").asText()).isEqualTo("/var/lib/x");
    assertThat(job.at("/result/at").asText()).isEqualTo("2026-11-25T12:00:00.000Z");
    assertThat(ended("/api/v1/verify", "{\"backup\":\"/b\"}").path("status").asText())
        .isEqualTo("done");
    for (String body : List.of("[]", "{", "{\"backup\":\"b\"}", "{\"backup\":1}", "{\"x\":1}")) {
      HttpResponse<String> answer = calls.send("POST", "/api/v1/verify", body, TOKEN);
      assertThat(answer.statusCode()).as(body).isEqualTo(400);
    }
    assertThat(calls.send("POST", "/api/v1/verify", "", new String[0]).statusCode()).isEqualTo(401);
  }

  @Test
  void whatFailsEndsWithItsCode() throws Exception {
    Files.writeString(folder.resolve("x"), "x");
    JsonNode export = ended("/api/v1/export", directory(folder, ""));
    assertThat(export.path("status").asText()).isEqualTo("failed");
    assertThat(export.path("code").asText()).isEqualTo("VMON-7010");
    JsonNode imported = ended("/api/v1/import", directory(folder, ",\"mode\":\"merge\""));
    assertThat(imported.path("name").asText()).isEqualTo("IMPORT_REFUSED");
  }

  @Test
  void aReplacementUnderTheRunningDaemonIsRefused() throws Exception {
    HttpResponse<String> answer =
        calls.send("POST", "/api/v1/import", directory(folder, ",\"mode\":\"replace\""), TOKEN);
    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.body()).contains("VMON-7205", "vllm-monitor stop");
  }

  @Test
  void bothNeedTheToken() throws Exception {
    for (String path : List.of("/api/v1/export", "/api/v1/import")) {
      HttpResponse<String> answer =
          calls.send(
              "POST", path, directory(folder.resolve("a"), ",\"mode\":\"merge\""), new String[0]);
      assertThat(answer.statusCode()).isEqualTo(401);
    }
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void malformedBodiesAreRefusedAtOnce() throws Exception {
    for (String body :
        List.of(
            "",
            "[]",
            "{",
            "{}",
            "{\"directory\":\"relative\"}",
            "{\"directory\":\"/a\\u0000b\"}",
            directory(folder, ",\"what\":1"),
            directory(folder, ",\"format\":\"zip\""),
            directory(folder, ",\"from\":\"yesterday\""),
            directory(
                folder, ",\"from\":\"2026-11-25T12:00:00Z\",\"to\":\"2026-11-25T11:00:00Z\""))) {
      HttpResponse<String> answer = calls.send("POST", "/api/v1/export", body, TOKEN);
      assertThat(answer.statusCode()).as(body).isEqualTo(400);
      assertThat(answer.body()).contains("VMON-8003");
    }
    for (String more :
        List.of("", ",\"mode\":\"both\"", ",\"mode\":\"merge\",\"dry_run\":\"yes\"")) {
      HttpResponse<String> answer =
          calls.send("POST", "/api/v1/import", directory(folder, more), TOKEN);
      assertThat(answer.statusCode()).as(more).isEqualTo(400);
    }
    assertThat(calls.send("GET", "/api/v1/jobs/7").statusCode()).isEqualTo(404);
  }
}
