package io.vllmmonitor.daemon.web;

import static io.vllmmonitor.daemon.web.RestApiTest.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.vllmmonitor.api.guardrail.FiringStatus;
import io.vllmmonitor.api.history.AuditAction;
import io.vllmmonitor.api.history.AuditEntry;
import io.vllmmonitor.api.incident.IncidentStatus;
import io.vllmmonitor.api.lifecycle.FailureKind;
import io.vllmmonitor.api.mitigation.AttemptStatus;
import io.vllmmonitor.api.outcome.MitigationOutcome;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecordsApiTest {
  private static final String[] TOKEN = {"Authorization", "Bearer " + FakeDaemon.TOKEN};
  private static final String[] COMMAND_LINE = {
    "Authorization", "Bearer " + FakeDaemon.TOKEN, "User-Agent", "vllm-monitor-cli (alice)"
  };

  @TempDir private Path folder;
  private final FakeDaemon daemon = new FakeDaemon();
  private final Calls calls = new Calls(daemon);

  @AfterEach
  void close() {
    daemon.close();
  }

  private JsonNode items(String path) throws Exception {
    return calls.get("/api/v1/" + path).path("items");
  }

  @Test
  void predictionsAreFilteredAndPaged() throws Exception {
    daemon.history.predictions.add(Entities.prediction("p2", FailureKind.CUDA_OOM, 0.9));
    daemon.history.predictions.add(Entities.prediction("p1", FailureKind.CACHE_OVERFLOW, 0.4));
    JsonNode newest = items("predictions").get(0);
    assertThat(newest.path("id").asText()).isEqualTo("p2");
    assertThat(newest.path("failure_type").asText()).isEqualTo("CUDA_OOM");
    assertThat(newest.path("time_to_failure").asText()).isEqualTo("1m30s");
    assertThat(newest.path("confidence").asText()).isEqualTo("HIGH");
    assertThat(newest.path("contributing_factors").get(0).asText()).isEqualTo("the queue grows");
    assertThat(newest.path("predictor").asText()).isEqualTo("trend");
    assertThat(newest.path("generation").asInt()).isEqualTo(3);
    assertThat(newest.path("actual_outcome").isNull()).isTrue();
    assertThat(items("predictions?failure_type=cache_overflow")).hasSize(1);
    assertThat(items("predictions?min_probability=0.5")).hasSize(1);
    assertThat(items("predictions?from=10s")).isEmpty();
    JsonNode page = calls.get("/api/v1/predictions?limit=1");
    assertThat(page.has("passed_over")).isFalse();
    assertThat(
            items("predictions?limit=1&cursor=" + page.path("next").asText())
                .findValuesAsText("id"))
        .containsExactly("p1");
    assertProblem(
        calls.send("GET", "/api/v1/predictions?min_probability=2"), 400, "VMON-8003", "0 to 1");
    assertProblem(
        calls.send("GET", "/api/v1/predictions?min_probability=x"), 400, "VMON-8003", "0 to 1");
    assertProblem(
        calls.send("GET", "/api/v1/predictions?failure_type=x"), 400, "VMON-8003", "CUDA_OOM");
  }

  @Test
  void anAnswerSaysHowManyDamagedEntriesItLacks() throws Exception {
    daemon.history.passedOver = 2;
    assertThat(calls.get("/api/v1/predictions").toString())
        .isEqualTo("{\"items\":[],\"next\":null,\"passed_over\":2}");
  }

  @Test
  void happyPathsLearningAndAuditAreFiltered() throws Exception {
    daemon.history.paths.add(Entities.happyPath("h1", "drain"));
    daemon.history.events.add(Entities.learning("a1", "pause-and-drain"));
    daemon.history.audit.add(Entities.audit("e1", "cli:alice", AuditAction.BACKUP));
    JsonNode path = items("happy-paths?name=drain&start_state=ERROR&end_state=serving").get(0);
    assertThat(path.at("/steps/0/parameters/mode").asText()).isEqualTo("wait");
    assertThat(path.at("/metrics_profile/kv/mean").asDouble()).isEqualTo(0.4);
    assertThat(path.path("duration").asText()).isEqualTo("1m10s");
    assertThat(items("happy-paths?name=other")).isEmpty();
    assertThat(items("happy-paths?start_state=READY")).isEmpty();
    assertThat(items("learning?strategy=pause-and-drain&situation=kv-high&outcome=SUCCESS"))
        .hasSize(1);
    assertThat(items("learning?strategy=x")).isEmpty();
    JsonNode entry = items("audit?action=BACKUP&actor=cli:alice&subject=kv&result=DONE").get(0);
    assertThat(entry.path("detail").asText()).isEqualTo("rows 7");
    assertThat(entry.at("/values/rows").asText()).isEqualTo("7");
    assertThat(entry.path("target").isNull()).isTrue();
    assertThat(items("audit?action=EXPORT")).isEmpty();
    assertThat(items("audit?actor=rest")).isEmpty();
    assertThat(items("audit?result=FAILED")).isEmpty();
  }

  @Test
  void aClosedIncidentThatWasEndedIsSavedUnderAName() throws Exception {
    daemon.history.incidents.add(Entities.incident("i1", IncidentStatus.CLOSED, "f1"));
    daemon.history.incidents.add(Entities.incident("i2", IncidentStatus.OPEN));
    daemon.history.firings.add(Entities.firing("f1", FiringStatus.CLEARED));
    daemon.history.attempts.add(
        Entities.attempt("a1", "i1", AttemptStatus.SUCCEEDED, MitigationOutcome.SUCCESS));
    HttpResponse<String> saved =
        calls.send(
            "POST",
            "/api/v1/happy-paths",
            "{\"incident\":\"i1\",\"name\":\"drain\"}",
            COMMAND_LINE);
    assertThat(saved.statusCode()).as(saved.body()).isEqualTo(200);
    assertThat(Calls.json(saved).at("/strategies/0").asText()).isEqualTo("pause-and-drain");
    assertThat(items("happy-paths?name=drain").findValuesAsText("name")).containsExactly("drain");
    assertThat(items("audit").get(0).path("actor").asText()).isEqualTo("cli:alice");
    assertProblem(save("{\"incident\":\"i2\",\"name\":\"x\"}"), 400, "VMON-6006", "open");
    assertThat(items("audit").get(0).path("result").asText()).isEqualTo("REFUSED");
    assertProblem(save("{\"incident\":\"i9\",\"name\":\"x\"}"), 404, "VMON-6007", "i9");
    for (String body :
        List.of(
            "",
            "[]",
            "{",
            "{}",
            "{\"incident\":1,\"name\":\"x\"}",
            "{\"incident\":\"i1\"}",
            "{\"incident\":\"i1\",\"name\":\"x\",\"more\":1}")) {
      assertProblem(save(body), 400, "VMON-8003", "incident");
    }
    assertProblem(
        calls.send("POST", "/api/v1/happy-paths", "{}", new String[0]), 401, "VMON-8001", "token");
    assertThat(items("happy-paths")).hasSize(1);
  }

  private HttpResponse<String> save(String body) throws Exception {
    return calls.send("POST", "/api/v1/happy-paths", body, TOKEN);
  }

  @Test
  void everyCommandIsAuditedOnceWithWhoGaveIt() throws Exception {
    daemon.plugins.add(Entities.plugin("p1"));
    assertThat(calls.send("POST", "/api/v1/plugins/p1/disable", COMMAND_LINE).statusCode())
        .isEqualTo(200);
    assertThat(calls.send("POST", "/api/v1/plugins/p1/enable", TOKEN).statusCode()).isEqualTo(200);
    assertThat(calls.send("POST", "/api/v1/plugins/p9/enable", TOKEN).statusCode()).isEqualTo(404);
    assertThat(calls.send("POST", "/api/v1/plugins/p1/rollback", TOKEN).statusCode())
        .isEqualTo(200);
    assertThat(calls.send("POST", "/api/v1/plugins/p1/approve", TOKEN).statusCode()).isEqualTo(200);
    assertThat(calls.send("POST", "/api/v1/admin/flush", TOKEN).statusCode()).isEqualTo(200);
    job("backup", "");
    job("retention", "{\"dry_run\":true}");
    job("export", "{\"directory\":\"" + folder.resolve("out") + "\"}");
    job("import", "{\"directory\":\"" + folder.resolve("no") + "\",\"mode\":\"merge\"}");
    assertThat(
            calls
                .send(
                    "POST",
                    "/api/v1/import",
                    "{\"directory\":\"" + folder + "\",\"mode\":\"replace\"}",
                    TOKEN)
                .statusCode())
        .isEqualTo(400);
    assertThat(calls.send("POST", "/api/v1/stop", TOKEN).statusCode()).isEqualTo(202);
    await().until(() -> daemon.stops.get() == 1);
    assertThat(daemon.history.audit)
        .extracting(entry -> entry.actor() + " " + entry.action() + " " + entry.result())
        .containsExactly(
            "rest STOP DONE",
            "rest IMPORT REFUSED",
            "rest IMPORT REFUSED",
            "rest EXPORT DONE",
            "rest RETENTION DRY_RUN",
            "rest BACKUP DONE",
            "rest FLUSH DONE",
            "rest PLUGIN_APPROVE DONE",
            "rest PLUGIN_ROLLBACK DONE",
            "rest PLUGIN_ENABLE REFUSED",
            "rest PLUGIN_ENABLE DONE",
            "cli:alice PLUGIN_DISABLE DONE");
    AuditEntry backup = daemon.history.audit.get(5);
    assertThat(backup.values()).containsEntry("files", "3").containsEntry("copied", "100");
    assertThat(daemon.history.audit.get(3).subject()).isEqualTo(folder.resolve("out").toString());
  }

  private void job(String verb, String body) throws Exception {
    HttpResponse<String> answer = calls.send("POST", "/api/v1/" + verb, body, TOKEN);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
    String job = "/api/v1/jobs/" + Calls.json(answer).path("id").asText();
    await().until(() -> !calls.get(job).path("status").asText().equals("running"));
  }

  @Test
  void readingAndWrongTokensAreNotAudited() throws Exception {
    assertThat(calls.send("GET", "/api/v1/audit").statusCode()).isEqualTo(200);
    assertThat(calls.send("POST", "/api/v1/stop").statusCode()).isEqualTo(401);
    assertThat(calls.send("POST", "/api/v1/backup").statusCode()).isEqualTo(401);
    assertThat(daemon.history.audit).isEmpty();
  }

  @Test
  void onlyTheCommandLineIsKnownByItsUser() {
    assertThat(Actor.of(null)).isEqualTo("rest");
    assertThat(Actor.of("curl/8")).isEqualTo("rest");
    assertThat(Actor.of("vllm-monitor-cli (bob)")).isEqualTo("cli:bob");
    assertThat(Actor.of("vllm-monitor-cli (b ob)")).isEqualTo("rest");
    assertThat(Actor.of("vllm-monitor-cli (" + "x".repeat(65) + ")")).isEqualTo("rest");
  }
}
