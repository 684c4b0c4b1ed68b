package io.vllmmonitor.persistence.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vllmmonitor.api.code.CodeGeneration;
import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.extension.StateSnapshot;
import io.vllmmonitor.api.guardrail.FiringStatus;
import io.vllmmonitor.api.guardrail.GuardrailFiring;
import io.vllmmonitor.api.guardrail.Severity;
import io.vllmmonitor.api.history.AuditEntry;
import io.vllmmonitor.api.history.Problem;
import io.vllmmonitor.api.history.RestoreReport;
import io.vllmmonitor.api.incident.Incident;
import io.vllmmonitor.api.learning.LearningEvent;
import io.vllmmonitor.api.lifecycle.FailureKind;
import io.vllmmonitor.api.lifecycle.StateCheckpoint;
import io.vllmmonitor.api.mitigation.ActionResult;
import io.vllmmonitor.api.mitigation.MitigationAttempt;
import io.vllmmonitor.api.outcome.HappyPath;
import io.vllmmonitor.api.prediction.FailurePrediction;
import io.vllmmonitor.api.rehearsal.StateVersion;
import io.vllmmonitor.api.rehearsal.VerdictRecord;
import io.vllmmonitor.api.target.TargetId;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HistoryJsonTest {
  private static final Instant AT = Instant.parse("2026-11-25T01:02:03.004Z");

  private final ObjectMapper mapper = HistoryJson.mapper();

  @ParameterizedTest
  @ValueSource(
      classes = {
        StateCheckpoint.class,
        GuardrailFiring.class,
        Incident.class,
        MitigationAttempt.class,
        FailurePrediction.class,
        HappyPath.class,
        LearningEvent.class,
        CodeGeneration.class,
        StateSnapshot.class,
        Problem.class,
        RestoreReport.class,
        AuditEntry.class,
        VerdictRecord.class,
        StateVersion.class
      })
  void everyFieldOfEveryEntityComesBack(Class<?> type) throws JsonProcessingException {
    for (long seed = 1; seed <= 300; seed++) {
      Object entity = new RandomEntities(seed).make(type);
      String json = mapper.writeValueAsString(entity);
      assertThat(mapper.readValue(json, type)).as("seed %d: %s", seed, json).isEqualTo(entity);
    }
  }

  @Test
  void aFiringLooksAsDocumented() throws JsonProcessingException {
    GuardrailFiring firing =
        new GuardrailFiring(
            "f1",
            new TargetId("a:8000"),
            "kv",
            "ab12",
            FiringStatus.FIRING,
            Severity.ERROR,
            FailureKind.CACHE_OVERFLOW,
            false,
            AT,
            AT.plusNanos(5_000),
            null,
            "full",
            Map.of("b", Double.NEGATIVE_INFINITY, "a", 0.5));

    assertThat(mapper.writeValueAsString(firing))
        .isEqualTo(
            "{\"id\":\"f1\",\"target\":\"a:8000\",\"guardrail\":\"kv\",\"code_hash\":\"ab12\","
                + "\"status\":\"FIRING\",\"severity\":\"ERROR\",\"kind\":\"CACHE_OVERFLOW\","
                + "\"shadow\":false,\"breach_since\":\"2026-11-25T01:02:03.004Z\","
                + "\"fired_at\":\"2026-11-25T01:02:03.004005Z\",\"cleared_at\":null,"
                + "\"reason\":\"full\",\"evidence\":{\"a\":0.5,\"b\":\"-Inf\"}}");
    assertThat(HistoryJson.restMapper().writeValueAsString(firing))
        .contains("\"fired_at\":\"2026-11-25T01:02:03.004Z\"")
        .contains("\"evidence\":{\"a\":0.5,\"b\":null}");
  }

  @Test
  void aVerdictOfAnEarlierVersionTellsNoSeedAndNoConfiguration() throws JsonProcessingException {
    VerdictRecord read =
        mapper.readValue(
            """
            {"id":"v1","target":"gpu:8000","at":"2026-11-25T01:02:03.004Z","guardrail":"kv",
             "unit":"u","code_hash":"h","kind":"PASS","severity":null,"reason":"","firing":false,
             "state_hash":"","state_version":0,"window_from":"2026-11-25T00:02:03.004Z",
             "scrape_interval":"5s","evaluations":7}
            """,
            VerdictRecord.class);
    assertThat(read.evaluations()).isEqualTo(7);
    assertThat(read.seed()).isNull();
    assertThat(read.configHash()).isNull();
  }

  @Test
  void timesAlwaysShowMilliseconds() throws JsonProcessingException {
    assertThat(mapper.writeValueAsString(Instant.EPOCH)).isEqualTo("\"1970-01-01T00:00:00.000Z\"");
    assertThat(HistoryJson.restMapper().writeValueAsString(AT.plusNanos(999_999)))
        .isEqualTo("\"2026-11-25T01:02:03.004Z\"");
  }

  @Test
  void durationsAreTextAndLoseNothing() throws JsonProcessingException {
    assertThat(mapper.writeValueAsString(Duration.ofMillis(90_250))).isEqualTo("\"1m30s250ms\"");
    assertThat(mapper.writeValueAsString(Duration.ofSeconds(30))).isEqualTo("\"30s\"");
    assertThat(mapper.writeValueAsString(Duration.ofNanos(1_500))).isEqualTo("\"PT0.0000015S\"");
    assertThat(HistoryJson.restMapper().writeValueAsString(Duration.ofNanos(1_999_999)))
        .isEqualTo("\"1ms\"");
    assertThat(HistoryJson.restMapper().writeValueAsString(Duration.ofSeconds(-3)))
        .isEqualTo("\"0s\"");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"action\":\"a\",\"status\":\"DONE\",\"detail\":\"\",\"took\":\"1s\"} {}",
        "{\"action\":\"a\",\"action\":\"b\",\"status\":\"DONE\",\"detail\":\"\",\"took\":\"1s\"}",
        "{\"action\":\"a\",\"status\":\"DONE\",\"detail\":\"\",\"took\":\"1s\",\"more\":1}",
        "{\"action\":5,\"status\":\"DONE\",\"detail\":\"\",\"took\":\"1s\"}",
        "{\"action\":\"a\",\"status\":0,\"detail\":\"\",\"took\":\"1s\"}",
        "{\"action\":\"a\",\"status\":\"GONE\",\"detail\":\"\",\"took\":\"1s\"}",
        "{\"action\":\"a\",\"status\":\"DONE\",\"detail\":\"\",\"took\":1}",
        "{\"action\":\"a\",\"status\":\"DONE\",\"detail\":\"\",\"took\":\"soon\"}",
        "{\"action\":\"a\",\"status\":\"DONE\",\"took\":\"1s\"}",
        "{\"action\":\"a\""
      })
  void whatIsNotExactlyTheEntityIsRefused(String json) {
    assertThatThrownBy(() -> mapper.readValue(json, ActionResult.class))
        .isInstanceOf(JsonProcessingException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"\"1.0\"", "\"Infinity\"", "true", "1e999", "null", ""})
  void anythingButANumberIsNoConfidence(String value) throws JsonProcessingException {
    String good = mapper.writeValueAsString(new RandomEntities(1).make(MitigationAttempt.class));
    String json = good.replaceFirst("\"confidence\":[^,}]*", "\"confidence\":" + value);
    String without = json.replace(",\"confidence\":}", "}");
    assertThatThrownBy(() -> mapper.readValue(without, MitigationAttempt.class))
        .isInstanceOf(JsonProcessingException.class);
  }

  @Test
  void aProblemKeepsTheNameOfItsCode() throws JsonProcessingException {
    Problem problem =
        new Problem(ErrorCode.PLUGIN_MANIFEST, Blame.PLUGIN, "a.jar", "no id", 2, AT, AT);
    assertThat(mapper.writeValueAsString(problem)).contains("\"code\":\"PLUGIN_MANIFEST\"");
  }
}
