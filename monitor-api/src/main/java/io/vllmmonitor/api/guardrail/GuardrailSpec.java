package io.vllmmonitor.api.guardrail;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.lifecycle.FailureKind;
import java.time.Duration;

/**
 * What a guardrail is about and how patient it is. Immutable; made with {@link #of} and the {@code
 * with…} methods.
 *
 * @param description one sentence: what is wrong when it fires
 * @param severity of a breach that does not say otherwise
 * @param kind what a firing counts as; it opens or joins the incident of this kind
 * @param breachFor how long every verdict must be a breach before it fires (Prometheus' {@code
 *     for}); zero fires at once
 * @param keepFiringFor how long every verdict must be a pass before it clears (Prometheus' {@code
 *     keep_firing_for})
 */
public record GuardrailSpec(
    String description,
    Severity severity,
    FailureKind kind,
    Duration breachFor,
    Duration keepFiringFor) {
  private static final Duration DEFAULT_BREACH_FOR = Duration.ofSeconds(10);
  private static final Duration DEFAULT_KEEP_FIRING_FOR = Duration.ofSeconds(30);

  public GuardrailSpec {
    requireNonNull(description, "description");
    requireNonNull(severity, "severity");
    requireNonNull(kind, "kind");
    requireNonNull(breachFor, "breachFor");
    requireNonNull(keepFiringFor, "keepFiringFor");
    if (breachFor.isNegative() || keepFiringFor.isNegative()) {
      throw new IllegalArgumentException("breachFor and keepFiringFor must not be negative");
    }
  }

  /** Fires after 10 s of breach and clears after 30 s of pass. */
  public static GuardrailSpec of(Severity severity, FailureKind kind, String description) {
    return new GuardrailSpec(
        description, severity, kind, DEFAULT_BREACH_FOR, DEFAULT_KEEP_FIRING_FOR);
  }

  /** With another patience before it fires. */
  public GuardrailSpec withBreachFor(Duration duration) {
    return new GuardrailSpec(description, severity, kind, duration, keepFiringFor);
  }

  /** For dropped sources, whose dialect reads better with plain numbers. */
  public GuardrailSpec withBreachForSeconds(long seconds) {
    return withBreachFor(Duration.ofSeconds(seconds));
  }

  /** With another patience before it clears. */
  public GuardrailSpec withKeepFiringFor(Duration duration) {
    return new GuardrailSpec(description, severity, kind, breachFor, duration);
  }

  /** For dropped sources, whose dialect reads better with plain numbers. */
  public GuardrailSpec withKeepFiringForSeconds(long seconds) {
    return withKeepFiringFor(Duration.ofSeconds(seconds));
  }
}
