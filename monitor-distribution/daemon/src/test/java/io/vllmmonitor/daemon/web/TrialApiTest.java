package io.vllmmonitor.daemon.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.vllmmonitor.api.history.AuditAction;
import io.vllmmonitor.api.history.AuditEntry;
import io.vllmmonitor.api.lifecycle.LifecycleState;
import io.vllmmonitor.api.sample.Labels;
import io.vllmmonitor.api.sample.SeriesData;
import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.core.plugin.Stage;
import io.vllmmonitor.daemon.boot.JudgingJar;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TrialApiTest {
  private static final int SCRAPES = 120;
  private static final String[] TOKEN = {"Authorization", "Bearer " + FakeDaemon.TOKEN};

  private static final String SOURCE =
      """
      /*
       * id: full
       * version: 1.0.0
       * description: a guardrail of a test
       */
      import io.vllmmonitor.api.guardrail.Guardrail;
      import io.vllmmonitor.api.guardrail.GuardrailSpec;
      import io.vllmmonitor.api.guardrail.Severity;
      import io.vllmmonitor.api.guardrail.Verdict;
      import io.vllmmonitor.api.lifecycle.FailureKind;
      import io.vllmmonitor.api.view.MetricView;

      public class Full implements Guardrail {
        public String id() {
          return "full";
        }

        public GuardrailSpec spec() {
          return GuardrailSpec.of(Severity.ERROR, FailureKind.CACHE_OVERFLOW, "full");
        }

        public Verdict check(MetricView view) {
          return view.max("usage") > 0.9 ? Verdict.breach("full") : Verdict.pass();
        }
      }
      """;

  private final FakeDaemon daemon = new FakeDaemon();
  private final Calls calls = new Calls(daemon);

  @BeforeEach
  void scrapesAreStored() {
    daemon.targets.add(Entities.target(LifecycleState.SERVING, true, null));
    long[] times = new long[SCRAPES];
    double[] up = new double[SCRAPES];
    double[] usage = new double[SCRAPES];
    for (int i = 0; i < SCRAPES; i++) {
      times[i] = FakeDaemon.NOW.minusSeconds(5L * (SCRAPES - i)).toEpochMilli();
      up[i] = 1;
      usage[i] = i < 60 ? 0.5 : 0.95;
    }
    Labels labels = Labels.of("job", "vllm", "instance", "127.0.0.1:8000");
    daemon.history.samples.add(new SeriesData(new SeriesKey("up", labels), times, up));
    daemon.history.samples.add(new SeriesData(new SeriesKey("usage", labels), times, usage));
  }

  @AfterEach
  void close() {
    daemon.close();
  }

  private JsonNode post(String path, String body, int status) throws Exception {
    HttpResponse<String> response = calls.send("POST", path, body, TOKEN);
    assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
    return Calls.json(response);
  }

  private JsonNode ended(JsonNode job) {
    String path = "/api/v1/jobs/" + job.path("id").asText();
    return await()
        .until(() -> calls.get(path), page -> !page.path("status").asText().equals("running"));
  }

  @Test
  void aFileIsCompiledRehearsedAndThrownAway() throws Exception {
    JsonNode job = ended(post("/api/v1/rehearse?file=Full.java&last=1h", SOURCE, 202));

    JsonNode receipt = job.path("result");
    assertThat(receipt.path("unit").asText()).as(job.toString()).isEqualTo("full");
    assertThat(receipt.path("generation").asInt()).as("not installed").isZero();
    assertThat(receipt.at("/trials/0/ticks").asInt()).isEqualTo(SCRAPES);
    assertThat(receipt.at("/trials/0/verdicts/breach").asInt()).isEqualTo(60);
    assertThat(receipt.at("/trials/0/firings").asInt()).isEqualTo(1);
    assertThat(receipt.at("/trials/0/intervals/0/to").isNull()).as("it lasts").isTrue();
    assertThat(receipt.path("cut_at").isNull()).isTrue();
    assertThat(calls.get("/api/v1/plugins").path("items")).as("nothing is installed").isEmpty();
    assertThat(calls.get("/api/v1/plugins/full/rehearsals").path("items")).hasSize(1);
    AuditEntry entry = daemon.history.audit.get(0);
    assertThat(entry.action()).isEqualTo(AuditAction.PLUGIN_REHEARSE);
    assertThat(entry.subject()).isEqualTo("Full.java");
  }

  @Test
  void aJarLongerThanOtherBodiesIsRehearsed() throws Exception {
    byte[] ballast = new byte[3 << 20];
    new Random(1).nextBytes(ballast); // cannot be packed
    byte[] jar = JudgingJar.of("chancy", "1.0.0", ballast);
    HttpRequest request =
        HttpRequest.newBuilder(
                URI.create(daemon.url() + "/api/v1/rehearse?file=chancy.jar&last=1h"))
            .timeout(Duration.ofSeconds(20))
            .headers(TOKEN)
            .header("Content-Type", "application/x-www-form-urlencoded") // what curl says
            .POST(HttpRequest.BodyPublishers.ofByteArray(jar))
            .build();
    HttpResponse<String> response =
        HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
    assertThat(response.statusCode()).as(response.body()).isEqualTo(202);
    JsonNode job = ended(Calls.json(response));

    assertThat(job.at("/result/unit").asText()).as(job.toString()).isEqualTo("chancy");
    assertThat(job.at("/result/trials/0/ticks").asInt()).isEqualTo(SCRAPES);
    assertThat(job.at("/result/trials/0/failures").asInt()).isZero();
  }

  @Test
  void codeThatDoesNotCompileFailsTheJobWithItsCode() throws Exception {
    JsonNode job =
        ended(
            post(
                "/api/v1/rehearse?file=Full.java",
                SOURCE.replace("return \"full\"", "retrun \"full\""),
                202));

    assertThat(job.path("status").asText()).isEqualTo("failed");
    assertThat(job.path("code").asText()).isEqualTo("VMON-4003");
  }

  @Test
  void whatIsAskedWronglyIsRefused() throws Exception {
    assertThat(post("/api/v1/rehearse?file=..%2FFull.java", SOURCE, 400).toString())
        .contains("without folder");
    assertThat(post("/api/v1/rehearse?file=Full.java&last=soon", SOURCE, 400).toString())
        .contains("24h");
    assertThat(post("/api/v1/rehearse?file=Full.java&target=x:1", SOURCE, 404).toString())
        .contains("x:1");
    assertThat(post("/api/v1/plugins/nobody/rehearse", "", 404).toString()).contains("VMON-5009");
    assertThat(post("/api/v1/replay", "{\"target\":\"127.0.0.1:8000\"}", 400).toString())
        .contains("'at'");
    assertThat(
            post("/api/v1/replay", "{\"target\":\"127.0.0.1:8000\",\"at\":\"1h\"}", 404).toString())
        .contains("VMON-4020");
    assertThat(post("/api/v1/replay", "{\"whatever\":\"1\"}", 400).toString())
        .contains("guardrail");
  }

  @Test
  void everythingThatRunsCodeNeedsTheToken() throws Exception {
    for (String path :
        new String[] {
          "/api/v1/rehearse?file=Full.java",
          "/api/v1/plugins/full/rehearse",
          "/api/v1/plugins/full/promote",
          "/api/v1/replay"
        }) {
      HttpResponse<String> response = calls.send("POST", path, SOURCE, new String[0]);
      assertThat(response.statusCode()).as(path).isEqualTo(401);
    }
  }

  @Test
  void aUnitIsPutOntoAStageAndThatIsAudited() throws Exception {
    daemon.plugins.add(Entities.plugin("p1"));

    JsonNode promoted = post("/api/v1/plugins/p1/promote", "{\"to\":\"advise\"}", 200);

    assertThat(promoted.path("stage").asText()).isEqualTo("ADVISE");
    assertThat(daemon.trials.stages).containsEntry("p1", Stage.ADVISE);
    assertThat(daemon.history.audit.get(0).action()).isEqualTo(AuditAction.GUARDRAIL_PROMOTE);
    assertThat(post("/api/v1/plugins/p1/promote", "{\"to\":\"god\"}", 400).toString())
        .contains("SHADOW, ADVISE, ACT");
    assertThat(post("/api/v1/plugins/p1/promote", "", 200).path("stage").asText()).isEqualTo("ACT");
  }
}
