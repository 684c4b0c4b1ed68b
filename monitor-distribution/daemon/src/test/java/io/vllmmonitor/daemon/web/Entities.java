package io.vllmmonitor.daemon.web;

import io.vllmmonitor.api.code.CodeGeneration;
import io.vllmmonitor.api.code.CodeKind;
import io.vllmmonitor.api.code.CodeStatus;
import io.vllmmonitor.api.code.LifePhase;
import io.vllmmonitor.api.guardrail.FiringStatus;
import io.vllmmonitor.api.guardrail.GuardrailFiring;
import io.vllmmonitor.api.guardrail.GuardrailSpec;
import io.vllmmonitor.api.guardrail.Severity;
import io.vllmmonitor.api.history.AuditAction;
import io.vllmmonitor.api.history.AuditEntry;
import io.vllmmonitor.api.incident.Incident;
import io.vllmmonitor.api.incident.IncidentStatus;
import io.vllmmonitor.api.learning.LearningEvent;
import io.vllmmonitor.api.lifecycle.FailureKind;
import io.vllmmonitor.api.lifecycle.LifecycleState;
import io.vllmmonitor.api.lifecycle.StateCheckpoint;
import io.vllmmonitor.api.lifecycle.StateTransition;
import io.vllmmonitor.api.mitigation.ActionPlan;
import io.vllmmonitor.api.mitigation.ActionStep;
import io.vllmmonitor.api.mitigation.AttemptStatus;
import io.vllmmonitor.api.mitigation.GateResult;
import io.vllmmonitor.api.mitigation.MitigationAttempt;
import io.vllmmonitor.api.outcome.HappyPath;
import io.vllmmonitor.api.outcome.MetricProfile;
import io.vllmmonitor.api.outcome.MitigationOutcome;
import io.vllmmonitor.api.plugin.PluginStatus;
import io.vllmmonitor.api.prediction.FailurePrediction;
import io.vllmmonitor.api.prediction.PredictionConfidence;
import io.vllmmonitor.api.target.Target;
import io.vllmmonitor.api.target.TargetId;
import io.vllmmonitor.api.target.TargetMode;
import io.vllmmonitor.core.engine.TargetStatus;
import io.vllmmonitor.core.guardrail.GuardrailStatus;
import io.vllmmonitor.core.plugin.PluginSummary;
import io.vllmmonitor.core.prediction.PredictorStatus;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One of each entity, around {@link FakeDaemon#NOW}. */
public final class Entities {
  public static final TargetId TARGET = new TargetId("127.0.0.1:8000");
  private static final Instant NOW = FakeDaemon.NOW;

  private Entities() {}

  public static TargetStatus target(LifecycleState state, boolean up, @Nullable String error) {
    return new TargetStatus(
        Target.of(URI.create("http://127.0.0.1:8000"), TargetMode.ACT, Duration.ofSeconds(5)),
        up,
        state,
        NOW.minusSeconds(90),
        "1795512848",
        "0.32.0",
        NOW.minusSeconds(2),
        up ? 0.012 : Double.NaN,
        up ? 321 : 0,
        error);
  }

  public static GuardrailStatus guardrail(String id, boolean shadow, TargetId target) {
    return new GuardrailStatus(
        id,
        "guardrail-vllm",
        "ab12",
        shadow,
        GuardrailSpec.of(Severity.ERROR, FailureKind.CACHE_OVERFLOW, "The KV cache thrashes"),
        target,
        GuardrailStatus.Standing.FIRING,
        "KV 0.99",
        7,
        NOW);
  }

  /** A guardrail that has no data to judge. */
  public static GuardrailStatus blind(String id, TargetId target) {
    GuardrailStatus sighted = guardrail(id, false, target);
    return new GuardrailStatus(
        id,
        sighted.unit(),
        sighted.codeHash(),
        false,
        sighted.spec(),
        target,
        GuardrailStatus.Standing.UNKNOWN,
        "unknown: vllm:nope",
        7,
        NOW);
  }

  /** A predictor that expects a failure. */
  public static PredictorStatus predictor(String id, boolean shadow, TargetId target) {
    return new PredictorStatus(
        id,
        "predictor-vllm",
        "cd34",
        shadow,
        target,
        PredictorStatus.Standing.FAILURE,
        "CACHE_OVERFLOW in 30 s, probability 0.60",
        9,
        NOW,
        1,
        3,
        2,
        1);
  }

  public static GuardrailFiring firing(String id, FiringStatus status) {
    return new GuardrailFiring(
        id,
        TARGET,
        "kv-thrash",
        "ab12",
        status,
        Severity.CRITICAL,
        FailureKind.CACHE_OVERFLOW,
        false,
        NOW.minusSeconds(80),
        NOW.minusSeconds(70),
        status == FiringStatus.CLEARED ? NOW : null,
        "KV at 0.99 with 12 preemptions/s",
        Map.of("vllm:kv_cache_usage_perc", 0.99, "lost", Double.NaN));
  }

  public static Incident incident(String id, IncidentStatus status, String... firings) {
    return new Incident(
        id,
        TARGET,
        FailureKind.CACHE_OVERFLOW,
        status,
        Severity.CRITICAL,
        "KV at 0.99",
        NOW.minusSeconds(70),
        status == IncidentStatus.CLOSED ? NOW : null,
        List.of(firings));
  }

  public static MitigationAttempt attempt(
      String id, String incident, AttemptStatus status, @Nullable MitigationOutcome outcome) {
    return new MitigationAttempt(
        id,
        TARGET,
        incident,
        FailureKind.CACHE_OVERFLOW,
        "pause-and-drain",
        "cd34",
        "1795512848",
        "kv-high",
        status,
        new ActionPlan(
            "Pause until the queue is drained",
            List.of(ActionStep.of("vllm.pause", Duration.ofSeconds(30))),
            List.of(ActionStep.of("vllm.resume", Duration.ofSeconds(5))),
            "New requests wait",
            Duration.ofMinutes(1)),
        List.of(new GateResult("mode", true, "The mode is act")),
        NOW.minusSeconds(60),
        NOW.minusSeconds(59),
        NOW.minusSeconds(40),
        NOW,
        Duration.ofMillis(19_500),
        outcome,
        outcome == null ? "not measured yet" : "preemptions 12/s to 0/s",
        List.of(),
        List.of(),
        LifecycleState.PROCESSING_REQUESTS,
        null,
        Map.of("kv", 0.99),
        Map.of(),
        0.8);
  }

  public static FailurePrediction prediction(String id, FailureKind kind, double probability) {
    return new FailurePrediction(
        id,
        TARGET,
        NOW.minusSeconds(30),
        LifecycleState.PROCESSING_REQUESTS,
        LifecycleState.ERROR,
        kind,
        Duration.ofSeconds(90),
        Duration.ofSeconds(60),
        Duration.ofSeconds(300),
        probability,
        PredictionConfidence.of(probability),
        List.of("the queue grows"),
        List.of("pause-and-drain"),
        "trend",
        3,
        null);
  }

  public static HappyPath happyPath(String id, String name) {
    return new HappyPath(
        id,
        name,
        "",
        TARGET,
        LifecycleState.ERROR,
        LifecycleState.SERVING,
        List.of("pause-and-drain"),
        List.of(new HappyPath.Step("pause-and-drain", "vllm.pause", Map.of("mode", "wait"))),
        List.of("c1"),
        List.of("a1"),
        List.of("i1"),
        List.of("kv-thrash"),
        Map.of("kv", MetricProfile.of(0.4)),
        Duration.ofSeconds(70),
        2,
        1,
        NOW.minusSeconds(60),
        NOW);
  }

  public static LearningEvent learning(String attempt, String strategy) {
    return new LearningEvent(attempt, TARGET, "kv-high", strategy, MitigationOutcome.SUCCESS, NOW);
  }

  public static AuditEntry audit(String id, String actor, AuditAction action) {
    return new AuditEntry(
        id, NOW, actor, action, "kv", null, AuditEntry.Result.DONE, "rows 7", Map.of("rows", "7"));
  }

  public static StateCheckpoint checkpoint(String id, LifecycleState state, Instant at) {
    return new StateCheckpoint(
        id,
        TARGET,
        at,
        state,
        LifecycleState.READY,
        StateTransition.STARTUP,
        "requests are running",
        Map.of(),
        Map.of("version", "0.32.0"),
        Map.of(),
        Map.of("vllm:num_requests_running", 3.0),
        null,
        List.of(),
        List.of(),
        Map.of());
  }

  public static PluginSummary plugin(String id) {
    return new PluginSummary(
        new CodeGeneration(
            id,
            CodeKind.BUNDLED_JAR,
            "0.1.0",
            1,
            "ab12",
            "",
            id + ".jar",
            CodeStatus.ACTIVE,
            "",
            NOW),
        LifePhase.ACTIVE,
        PluginStatus.ACTIVE,
        List.of("guardrail:kv-thrash"),
        "bundled",
        "");
  }
}
