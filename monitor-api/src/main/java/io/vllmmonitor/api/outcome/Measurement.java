package io.vllmmonitor.api.outcome;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * The result of measuring an attempt. Immutable.
 *
 * @param explanation one sentence with the numbers before and after
 * @param sideEffects what else changed for the worse, one sentence each; empty when nothing did
 */
public record Measurement(MitigationOutcome outcome, String explanation, List<String> sideEffects) {
  public Measurement {
    requireNonNull(outcome, "outcome");
    requireNonNull(explanation, "explanation");
    sideEffects = List.copyOf(sideEffects);
  }

  /** A measurement with its explanation for people. */
  public static Measurement of(MitigationOutcome outcome, String explanation) {
    return new Measurement(outcome, explanation, List.of());
  }
}
