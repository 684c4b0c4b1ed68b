package io.vllmmonitor.daemon.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.vllmmonitor.api.code.CodeTransition;
import io.vllmmonitor.api.code.LifePhase;
import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.guardrail.FiringStatus;
import io.vllmmonitor.api.history.Problem;
import io.vllmmonitor.api.history.RestoreReport;
import io.vllmmonitor.api.incident.IncidentStatus;
import io.vllmmonitor.api.learning.LearningMethod;
import io.vllmmonitor.api.learning.ModelCard;
import io.vllmmonitor.api.lifecycle.LifecycleState;
import io.vllmmonitor.api.mitigation.AttemptStatus;
import io.vllmmonitor.api.outcome.MitigationOutcome;
import io.vllmmonitor.api.sample.Labels;
import io.vllmmonitor.api.sample.MetricKind;
import io.vllmmonitor.api.sample.MetricSpec;
import io.vllmmonitor.api.sample.MetricType;
import io.vllmmonitor.api.sample.Sample;
import io.vllmmonitor.api.sample.SeriesData;
import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.api.sample.StaleMarker;
import io.vllmmonitor.api.target.TargetId;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RestApiTest {
  private final FakeDaemon daemon = new FakeDaemon();
  private final Calls calls = new Calls(daemon);

  @AfterEach
  void close() {
    daemon.close();
  }

  @Test
  void healthAndOwnMetricsAnswer() throws Exception {
    assertThat(calls.get("/healthz").path("status").asText()).isEqualTo("ok");
    HttpResponse<String> metrics = calls.send("GET", "/metrics");
    assertThat(metrics.body()).isEqualTo("vllm_monitor_up 1\n");
    assertThat(metrics.headers().firstValue("content-type"))
        .hasValueSatisfying(type -> assertThat(type).startsWith("text/plain; version=0.0.4"));
    assertThat(calls.send("GET", "/").body()).contains("/api/v1/status", "POST /api/v1/stop");
  }

  @Test
  void readinessNamesItsReason() throws Exception {
    assertThat(calls.get("/readyz").path("status").asText()).isEqualTo("ready");
    daemon.notReady = Optional.of("restoring 3 plugins");
    HttpResponse<String> response = calls.send("GET", "/readyz");
    assertThat(response.statusCode()).isEqualTo(503);
    assertThat(Calls.json(response).path("reason").asText()).isEqualTo("restoring 3 plugins");
  }

  @Test
  void statusShowsEverythingOnOnePage() throws Exception {
    daemon.targets.add(
        Entities.target(LifecycleState.ERROR, false, "VMON-2001 TARGET_UNREACHABLE: refused"));
    daemon.history.firings.add(Entities.firing("f1", FiringStatus.FIRING));
    daemon.history.firings.add(Entities.firing("f0", FiringStatus.CLEARED));
    daemon.history.incidents.add(Entities.incident("i1", IncidentStatus.OPEN, "f1"));
    daemon.history.attempts.add(
        Entities.attempt("a1", "i1", AttemptStatus.SUCCEEDED, MitigationOutcome.SUCCESS));
    daemon.problems.add(
        new Problem(
            ErrorCode.PLUGIN_MANIFEST,
            Blame.PLUGIN,
            "x.jar",
            "no id",
            3,
            FakeDaemon.NOW,
            FakeDaemon.NOW));
    daemon.guardrails.add(Entities.blind("misspelt", Entities.TARGET));
    daemon.guardrails.add(Entities.guardrail("sighted", false, Entities.TARGET));

    JsonNode page = calls.get("/api/v1/status");
    assertThat(page.path("unknown")).hasSize(1);
    assertThat(page.at("/unknown/0/guardrail").asText()).isEqualTo("misspelt");
    assertThat(page.path("version").asText()).isEqualTo("0.1.0");
    assertThat(page.path("uptime").asText()).isEqualTo("3h");
    assertThat(page.path("ready").asBoolean()).isTrue();
    assertThat(page.at("/targets/0/error/code").asText()).isEqualTo("VMON-2001");
    assertThat(page.at("/targets/0/error/message").asText()).isEqualTo("refused");
    assertThat(page.at("/targets/0/scrape_duration_seconds").isNull()).isTrue();
    assertThat(page.path("firing")).hasSize(1);
    assertThat(page.at("/open_incidents/0/id").asText()).isEqualTo("i1");
    assertThat(page.at("/last_attempt/outcome").asText()).isEqualTo("SUCCESS");
    assertThat(page.at("/problems/0/code").asText()).isEqualTo("VMON-5002");
    assertThat(page.at("/problems/0/name").asText()).isEqualTo("PLUGIN_MANIFEST");
  }

  @Test
  void targetsHaveTheFieldsOfTheContract() throws Exception {
    daemon.targets.add(Entities.target(LifecycleState.READY, true, null));
    JsonNode item = calls.get("/api/v1/targets").at("/items/0");
    assertThat(item.toString())
        .isEqualTo(
            "{\"instance\":\"127.0.0.1:8000\",\"url\":\"http://127.0.0.1:8000\",\"mode\":\"ACT\","
                + "\"scrape_interval\":\"5s\",\"up\":true,\"state\":\"READY\","
                + "\"state_since\":\"2026-11-25T11:58:30.000Z\",\"incarnation\":\"1795512848\","
                + "\"version\":\"0.32.0\",\"last_scrape_at\":\"2026-11-25T11:59:58.000Z\","
                + "\"scrape_duration_seconds\":0.012,\"samples\":321,\"error\":null}");
    assertThat(calls.get("/api/v1/targets?target=other:1").path("items")).isEmpty();
  }

  @Test
  void guardrailsAreListedOnceWithTheirTargets() throws Exception {
    daemon.plugins.add(Entities.plugin("guardrail-vllm"));
    daemon.guardrails.add(Entities.guardrail("kv-thrash", true, Entities.TARGET));
    daemon.guardrails.add(Entities.guardrail("kv-thrash", false, new TargetId("other:8000")));
    JsonNode items = calls.get("/api/v1/guardrails").path("items");
    assertThat(items).hasSize(1);
    JsonNode item = items.get(0);
    assertThat(item.path("kind").asText()).isEqualTo("BUNDLED_JAR");
    assertThat(item.path("failure_kind").asText()).isEqualTo("CACHE_OVERFLOW");
    assertThat(item.path("breach_for").asText()).isEqualTo("10s");
    assertThat(item.path("shadow").asBoolean()).isFalse();
    assertThat(item.at("/targets/0/shadow").asBoolean()).isTrue();
    assertThat(item.at("/targets/1/verdict").asText()).isEqualTo("firing");
    assertThat(calls.get("/api/v1/guardrails?target=other:8000").at("/items/0/targets")).hasSize(1);
  }

  @Test
  void predictorsAreListedOnceWithTheirTargetsAndTheirRecord() throws Exception {
    daemon.predictors.add(Entities.predictor("kv_cache_exhaustion", true, Entities.TARGET));
    daemon.predictors.add(
        Entities.predictor("kv_cache_exhaustion", false, new TargetId("other:8000")));
    JsonNode items = calls.get("/api/v1/predictors").path("items");
    assertThat(items).hasSize(1);
    JsonNode item = items.get(0);
    assertThat(item.path("unit").asText()).isEqualTo("predictor-vllm");
    assertThat(item.path("shadow").asBoolean()).isFalse();
    assertThat(item.at("/targets/1").toString())
        .isEqualTo(
            "{\"target\":\"other:8000\",\"shadow\":false,\"forecast\":\"failure\","
                + "\"reason\":\"CACHE_OVERFLOW in 30 s, probability 0.60\",\"evaluations\":9,"
                + "\"last_evaluated_at\":\"2026-11-25T12:00:00.000Z\",\"open\":1,"
                + "\"came_true\":3,\"false_alarms\":2,\"undecided\":1}");
    assertThat(calls.get("/api/v1/predictors?target=other:8000").at("/items/0/targets")).hasSize(1);
    JsonNode expected = calls.get("/api/v1/status").path("expected");
    assertThat(expected).hasSize(1);
    assertThat(expected.at("/0/target").asText()).isEqualTo("other:8000");
  }

  @Test
  void aPluginSaysWhatItIsFor() throws Exception {
    daemon.plugins.add(Entities.plugin("guardrail-vllm"));
    assertThat(calls.get("/api/v1/plugins").at("/items/0/types").toString())
        .isEqualTo("[\"GUARDRAIL\"]");
  }

  @Test
  void historyIsPagedAndFiltered() throws Exception {
    for (int i = 0; i < 3; i++) {
      daemon.history.checkpoints.add(
          Entities.checkpoint(
              "c" + i, LifecycleState.READY, FakeDaemon.NOW.minusSeconds(3600L * i)));
    }
    JsonNode first = calls.get("/api/v1/checkpoints?limit=2");
    assertThat(first.path("items")).hasSize(2);
    JsonNode second =
        calls.get("/api/v1/checkpoints?limit=2&cursor=" + first.path("next").asText());
    assertThat(second.at("/items/0/id").asText()).isEqualTo("c2");
    assertThat(second.path("next").isNull()).isTrue();
    assertThat(calls.get("/api/v1/checkpoints?from=-90m").path("items")).hasSize(2);
    assertThat(calls.get("/api/v1/checkpoints?from=90m&to=30m").path("items")).hasSize(1);
    assertThat(calls.get("/api/v1/checkpoints?to=2026-11-25T12:00:00%2B01:00").path("items"))
        .hasSize(1);
    assertThat(calls.get("/api/v1/checkpoints?state=error").path("items")).isEmpty();
    assertThat(calls.get("/api/v1/checkpoints?target=127.0.0.1:8000").path("items")).hasSize(3);
  }

  @Test
  void entitiesCarryTheirFieldsInSnakeCase() throws Exception {
    daemon.history.firings.add(Entities.firing("f1", FiringStatus.FIRING));
    daemon.history.attempts.add(Entities.attempt("a1", "i1", AttemptStatus.DISPATCHED, null));
    JsonNode firing = calls.get("/api/v1/firings?status=FIRING&guardrail=kv-thrash").at("/items/0");
    assertThat(firing.path("target").asText()).isEqualTo("127.0.0.1:8000");
    assertThat(firing.path("fired_at").asText()).isEqualTo("2026-11-25T11:58:50.000Z");
    assertThat(firing.path("cleared_at").isNull()).isTrue();
    assertThat(firing.at("/evidence/vllm:kv_cache_usage_perc").asDouble()).isEqualTo(0.99);
    assertThat(firing.at("/evidence/lost").isNull()).isTrue();
    JsonNode attempt =
        calls.get("/api/v1/attempts?status=DISPATCHED&strategy=pause-and-drain").at("/items/0");
    assertThat(attempt.path("execution_time").asText()).isEqualTo("19s500ms");
    assertThat(attempt.at("/plan/steps/0/deadline").asText()).isEqualTo("30s");
    assertThat(attempt.path("outcome").isNull()).isTrue();
    assertThat(calls.get("/api/v1/attempts?outcome=SUCCESS").path("items")).isEmpty();
  }

  @Test
  void oneIncidentComesWithItsFiringsAndAttempts() throws Exception {
    daemon.history.incidents.add(Entities.incident("i1", IncidentStatus.CLOSED, "f1"));
    daemon.history.firings.add(Entities.firing("f1", FiringStatus.CLEARED));
    daemon.history.firings.add(Entities.firing("f2", FiringStatus.FIRING));
    daemon.history.attempts.add(Entities.attempt("a2", "i1", AttemptStatus.ADVISED, null));
    daemon.history.attempts.add(
        Entities.attempt("a1", "i1", AttemptStatus.SUCCEEDED, MitigationOutcome.SUCCESS));
    daemon.history.attempts.add(Entities.attempt("a0", "i0", AttemptStatus.ADVISED, null));
    JsonNode incident = calls.get("/api/v1/incidents/i1");
    assertThat(incident.path("firings")).hasSize(1);
    assertThat(incident.at("/firings/0/id").asText()).isEqualTo("f1");
    assertThat(incident.path("attempts").findValuesAsText("strategy")).hasSize(2);
    assertThat(incident.at("/attempts/0/id").asText()).isEqualTo("a1");
    assertThat(calls.get("/api/v1/incidents?status=OPEN").path("items")).isEmpty();
    assertProblem(calls.send("GET", "/api/v1/incidents/x"), 404, "VMON-8002", "/api/v1/incidents");
  }

  @Test
  void seriesComeWithMeaningAndNewestValueInPages() throws Exception {
    daemon.catalog.add(
        List.of(
            MetricSpec.of("vllm:new", MetricKind.GAUGE, MetricType.RESOURCE, "ratio", "x")
                .withAliases("vllm:old")));
    Labels labels = Labels.of("instance", "127.0.0.1:8000", "odd", "a\"b\\c\n");
    daemon.latest.add(new Sample(new SeriesKey("vllm:old", labels), FakeDaemon.NOW, 0.5));
    daemon.latest.add(
        new Sample(new SeriesKey("zzz", labels), FakeDaemon.NOW, StaleMarker.value()));
    JsonNode byNewName = calls.get("/api/v1/series?selector=vllm:new");
    assertThat(byNewName.at("/items/0/name").asText()).isEqualTo("vllm:old");
    assertThat(byNewName.at("/items/0/unit").asText()).isEqualTo("ratio");
    assertThat(byNewName.at("/items/0/type").asText()).isEqualTo("RESOURCE");
    assertThat(byNewName.at("/items/0/latest/value").asDouble()).isEqualTo(0.5);
    JsonNode first = calls.get("/api/v1/series?limit=1");
    JsonNode second = calls.get("/api/v1/series?limit=1&cursor=" + first.path("next").asText());
    assertThat(second.at("/items/0/name").asText()).isEqualTo("zzz");
    assertThat(second.at("/items/0/stale").asBoolean()).isTrue();
    assertThat(second.at("/items/0/latest/value").isNull()).isTrue();
    assertThat(second.path("next").isNull()).isTrue();
    assertThat(calls.get("/api/v1/series?target=other:1").path("items")).isEmpty();
    assertProblem(
        calls.send("GET", "/api/v1/series?selector=%7Bx%3D~%22(%22%7D"), 400, "VMON-3101", "(");
  }

  @Test
  void samplesAreWholeOrRefused() throws Exception {
    daemon.history.samples.add(
        new SeriesData(
            SeriesKey.of("m"), new long[] {1_000, 2_000}, new double[] {0.1, Double.NaN}));
    JsonNode answer = calls.get("/api/v1/metrics?selector=m&from=2h");
    assertThat(answer.at("/items/0/samples").toString())
        .isEqualTo("[[\"1970-01-01T00:00:01.000Z\",0.1],[\"1970-01-01T00:00:02.000Z\",null]]");
    assertProblem(
        calls.send("GET", "/api/v1/metrics?selector=m&limit=1"), 422, "VMON-3203", "samples");
    assertProblem(calls.send("GET", "/api/v1/metrics"), 400, "VMON-8003", "selector");
    assertProblem(calls.send("GET", "/api/v1/metrics?selector=m%7B"), 400, "VMON-3101", "position");
  }

  @Test
  void onePluginIsExplainedWithItsSteps() throws Exception {
    daemon.plugins.add(Entities.plugin("guardrail-vllm"));
    daemon.history.transitions.add(
        new CodeTransition(
            "t1",
            "guardrail-vllm",
            1,
            "ab12",
            LifePhase.ACTIVE,
            LifePhase.DEGRADED,
            FakeDaemon.NOW,
            ErrorCode.PLUGIN_BREAKER_OPEN,
            "it keeps failing"));
    JsonNode page = calls.get("/api/v1/plugins/guardrail-vllm");
    assertThat(page.path("phase").asText()).isEqualTo("ACTIVE");
    assertThat(page.path("remedy").asText()).isEqualTo("Nothing is wrong with it");
    assertThat(page.path("probation_left").asText()).isEqualTo("12s");
    assertThat(page.at("/dependents/0").asText()).isEqualTo("other");
    assertThat(page.at("/calls/failures").asInt()).isEqualTo(2);
    assertThat(page.at("/health/0/breaker").asText()).isEqualTo("half_open");
    assertThat(page.at("/health/0/target").asText()).isEqualTo("127.0.0.1:8000");
    assertThat(page.at("/health/0/held_for").asText()).isEqualTo("2s");
    assertThat(page.at("/generations/0/unit").asText()).isEqualTo("guardrail-vllm");
    assertThat(page.at("/transitions/0/to").asText()).isEqualTo("DEGRADED");
    JsonNode steps = calls.get("/api/v1/plugins/guardrail-vllm/transitions?limit=5");
    assertThat(steps.at("/items/0/code").asText()).isEqualTo("PLUGIN_BREAKER_OPEN");
    assertThat(calls.get("/api/v1/plugins/p9/transitions").path("items")).isEmpty();
  }

  @Test
  void learnersPluginsAndReportAnswer() throws Exception {
    daemon.learners.add(new ModelCard("counts", LearningMethod.BAYESIAN, 4, Map.of("k", "v")));
    daemon.plugins.add(Entities.plugin("source-vllm"));
    assertThat(calls.get("/api/v1/learners").at("/items/0/method").asText()).isEqualTo("BAYESIAN");
    JsonNode plugin = calls.get("/api/v1/plugins").at("/items/0");
    assertThat(plugin.path("id").asText()).isEqualTo("source-vllm");
    assertThat(plugin.path("code_status").asText()).isEqualTo("ACTIVE");
    assertThat(plugin.path("trust").asText()).isEqualTo("bundled");
    assertThat(plugin.at("/extensions/0").asText()).isEqualTo("guardrail:kv-thrash");
    assertProblem(calls.send("GET", "/api/v1/restore-report"), 404, "VMON-8002", "readyz");
    daemon.history.restoreReport =
        new RestoreReport(
            FakeDaemon.NOW,
            null,
            List.of(
                new RestoreReport.Item(
                    "guardrail",
                    "g",
                    RestoreReport.Status.RESTORED,
                    "from the store",
                    FakeDaemon.NOW)));
    JsonNode report = calls.get("/api/v1/restore-report");
    assertThat(report.path("previous_stop").isNull()).isTrue();
    assertThat(report.at("/items/0/as_of").asText()).isEqualTo("2026-11-25T12:00:00.000Z");
    assertThat(calls.get("/api/v1/problems").path("items")).isEmpty();
  }

  @Test
  void wrongParametersAreNamed() throws Exception {
    assertProblem(calls.send("GET", "/api/v1/checkpoints?limit=0"), 400, "VMON-8003", "limit");
    assertProblem(calls.send("GET", "/api/v1/checkpoints?limit=ten"), 400, "VMON-8003", "10000");
    assertProblem(calls.send("GET", "/api/v1/checkpoints?from=soon"), 400, "VMON-8003", "RFC 3339");
    assertProblem(calls.send("GET", "/api/v1/checkpoints?state=FINE"), 400, "VMON-8003", "READY");
    assertProblem(calls.send("GET", "/api/v1/checkpoints?cursor=x"), 400, "VMON-3205", "Cursor");
    assertProblem(calls.send("GET", "/api/v1/series?cursor=x"), 400, "VMON-3205", "next");
  }

  @Test
  void unknownPathsAndMethodsAreCoded() throws Exception {
    assertProblem(calls.send("GET", "/api/v1/nothing"), 404, "VMON-8002", "GET /");
    HttpResponse<String> wrong = calls.send("DELETE", "/api/v1/targets");
    assertProblem(wrong, 405, "VMON-8007", "GET");
    assertThat(wrong.headers().firstValue("Allow")).hasValue("GET, HEAD, OPTIONS");
    HttpResponse<String> options = calls.send("OPTIONS", "/api/v1/stop");
    assertThat(options.statusCode()).isEqualTo(204);
    assertThat(options.headers().firstValue("Allow")).hasValue("OPTIONS, POST");
    assertThat(calls.send("HEAD", "/api/v1/targets").statusCode()).isEqualTo(200);
  }

  static void assertProblem(HttpResponse<String> response, int status, String code, String hint)
      throws Exception {
    assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
    assertThat(response.headers().firstValue("content-type")).hasValue("application/problem+json");
    JsonNode problem = Calls.json(response);
    assertThat(problem.path("code").asText()).isEqualTo(code);
    assertThat(problem.path("status").asInt()).isEqualTo(status);
    assertThat(problem.path("title").asText()).isNotEmpty();
    assertThat(problem.path("detail").asText()).contains(hint);
  }
}
