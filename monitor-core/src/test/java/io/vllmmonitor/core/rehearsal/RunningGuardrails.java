package io.vllmmonitor.core.rehearsal;

import io.vllmmonitor.api.code.CodeGeneration;
import io.vllmmonitor.api.code.CodeKind;
import io.vllmmonitor.api.code.CodeStatus;
import io.vllmmonitor.api.guardrail.FiringStatus;
import io.vllmmonitor.api.guardrail.GuardrailFiring;
import io.vllmmonitor.api.guardrail.GuardrailSpec;
import io.vllmmonitor.api.guardrail.Severity;
import io.vllmmonitor.api.lifecycle.FailureKind;
import io.vllmmonitor.api.target.TargetId;
import io.vllmmonitor.core.guardrail.GuardrailStatus;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Rows about one guardrail {@code kv} of the unit {@code unit}. */
final class RunningGuardrails {
  static final TargetId TARGET = new TargetId("gpu:8000");
  static final FailureKind KIND = FailureKind.CACHE_OVERFLOW;

  private RunningGuardrails() {}

  static GuardrailStatus status(String codeHash, boolean shadow, long evaluations) {
    return new GuardrailStatus(
        "kv",
        "unit",
        codeHash,
        shadow,
        GuardrailSpec.of(Severity.ERROR, KIND, "full"),
        TARGET,
        GuardrailStatus.Standing.PASS,
        "",
        evaluations,
        null);
  }

  static CodeGeneration generation(String codeHash, int number, Instant at) {
    return new CodeGeneration(
        "unit",
        CodeKind.JAR,
        "1.0." + number,
        number,
        codeHash,
        "",
        "unit.jar",
        CodeStatus.SHADOW,
        "",
        at);
  }

  static GuardrailFiring firing(String id, String codeHash, Instant from, @Nullable Instant to) {
    return firing(id, "kv", codeHash, from, to);
  }

  static GuardrailFiring firing(
      String id, String guardrail, String codeHash, Instant from, @Nullable Instant to) {
    return new GuardrailFiring(
        id,
        TARGET,
        guardrail,
        codeHash,
        to == null ? FiringStatus.FIRING : FiringStatus.CLEARED,
        Severity.ERROR,
        KIND,
        true,
        from,
        from,
        to,
        "full",
        Map.of());
  }
}
