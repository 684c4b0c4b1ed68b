package io.vllmmonitor.core.guardrail;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.guardrail.GuardrailSpec;
import io.vllmmonitor.api.target.TargetId;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Where one guardrail stands on one target. Immutable.
 *
 * @param reason of the newest breach or unknown; empty for a pass
 * @param evaluations since the instance was made
 * @param lastEvaluatedAt null before the first evaluation
 */
public record GuardrailStatus(
    String guardrail,
    String unit,
    String codeHash,
    boolean shadow,
    GuardrailSpec spec,
    TargetId target,
    Standing standing,
    String reason,
    long evaluations,
    @Nullable Instant lastEvaluatedAt) {
  /** What the newest evaluations add up to. */
  public enum Standing {
    PASS,
    /** In breach, not yet for long enough. */
    PENDING,
    FIRING,
    UNKNOWN
  }

  public GuardrailStatus {
    requireNonNull(guardrail, "guardrail");
    requireNonNull(unit, "unit");
    requireNonNull(codeHash, "codeHash");
    requireNonNull(spec, "spec");
    requireNonNull(target, "target");
    requireNonNull(standing, "standing");
    requireNonNull(reason, "reason");
  }
}
