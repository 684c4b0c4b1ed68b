package io.vllmmonitor.api.guardrail;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.lifecycle.FailureKind;
import io.vllmmonitor.api.target.TargetId;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One stretch of time in which a guardrail fired on a target. Stored when it begins and again when
 * it clears. Immutable.
 *
 * @param id unique, sortable by time
 * @param guardrail id of the guardrail
 * @param codeHash SHA-256 (hex) of the code that judged
 * @param shadow evaluated and recorded, without effect
 * @param breachSince when the first of the uninterrupted breaches was seen
 * @param clearedAt null while it lasts
 * @param evidence what the guardrail had read, by selector, when it began to fire
 */
public record GuardrailFiring(
    String id,
    TargetId target,
    String guardrail,
    String codeHash,
    FiringStatus status,
    Severity severity,
    FailureKind kind,
    boolean shadow,
    Instant breachSince,
    Instant firedAt,
    @Nullable Instant clearedAt,
    String reason,
    Map<String, Double> evidence) {
  public GuardrailFiring {
    requireNonNull(id, "id");
    requireNonNull(target, "target");
    requireNonNull(guardrail, "guardrail");
    requireNonNull(codeHash, "codeHash");
    requireNonNull(status, "status");
    requireNonNull(severity, "severity");
    requireNonNull(kind, "kind");
    requireNonNull(breachSince, "breachSince");
    requireNonNull(firedAt, "firedAt");
    requireNonNull(reason, "reason");
    evidence = Map.copyOf(evidence);
  }

  /** The same firing, over since that instant. */
  public GuardrailFiring cleared(Instant at) {
    return new GuardrailFiring(
        id,
        target,
        guardrail,
        codeHash,
        FiringStatus.CLEARED,
        severity,
        kind,
        shadow,
        breachSince,
        firedAt,
        requireNonNull(at, "at"),
        reason,
        evidence);
  }
}
