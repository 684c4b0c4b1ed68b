package io.vllmmonitor.api.mitigation;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.lifecycle.FailureKind;
import io.vllmmonitor.api.lifecycle.LifecycleState;
import io.vllmmonitor.api.outcome.MitigationOutcome;
import io.vllmmonitor.api.target.TargetId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One try of one strategy on one incident, from plan to measured outcome. Stored at every change,
 * before the change takes effect. Immutable; changed with {@link #toBuilder()}.
 *
 * @param id unique, sortable by time
 * @param strategy id of the strategy
 * @param codeHash SHA-256 (hex) of the code that planned
 * @param incarnation the life of the server that the plan was made for; null when it could not be
 *     told
 * @param situation what the learner files it under
 * @param dispatchedAt null until something was sent
 * @param finishedAt when the last step ended; null before
 * @param verifyAt when the outcome is to be measured; null while nothing is to be measured
 * @param outcome null until it was measured
 * @param outcomeReason the measurement in words, or why there is no outcome
 * @param results one per step that was tried, rollback included
 * @param confidence how sure the choice was, 0 to 1
 */
public record MitigationAttempt(
    String id,
    TargetId target,
    String incidentId,
    FailureKind kind,
    String strategy,
    String codeHash,
    @Nullable String incarnation,
    String situation,
    AttemptStatus status,
    ActionPlan plan,
    List<GateResult> gates,
    Instant plannedAt,
    @Nullable Instant dispatchedAt,
    @Nullable Instant finishedAt,
    @Nullable Instant verifyAt,
    @Nullable Duration executionTime,
    @Nullable MitigationOutcome outcome,
    String outcomeReason,
    List<ActionResult> results,
    List<String> sideEffects,
    LifecycleState initialState,
    @Nullable LifecycleState finalState,
    Map<String, Double> initialMetrics,
    Map<String, Double> finalMetrics,
    double confidence) {
  public MitigationAttempt {
    requireNonNull(id, "id");
    requireNonNull(target, "target");
    requireNonNull(incidentId, "incidentId");
    requireNonNull(kind, "kind");
    requireNonNull(strategy, "strategy");
    requireNonNull(codeHash, "codeHash");
    requireNonNull(situation, "situation");
    requireNonNull(status, "status");
    requireNonNull(plan, "plan");
    gates = List.copyOf(gates);
    requireNonNull(plannedAt, "plannedAt");
    requireNonNull(outcomeReason, "outcomeReason");
    results = List.copyOf(results);
    sideEffects = List.copyOf(sideEffects);
    requireNonNull(initialState, "initialState");
    initialMetrics = Map.copyOf(initialMetrics);
    finalMetrics = Map.copyOf(finalMetrics);
  }

  /** A builder that starts from this attempt. */
  public Builder toBuilder() {
    return new Builder(this);
  }

  /**
   * Builds the next version of an attempt; the identity and the plan stay. Confined to one thread.
   */
  public static final class Builder {
    private final MitigationAttempt from;
    private AttemptStatus status;
    private List<GateResult> gates;
    private @Nullable Instant dispatchedAt;
    private @Nullable Instant finishedAt;
    private @Nullable Instant verifyAt;
    private @Nullable Duration executionTime;
    private @Nullable MitigationOutcome outcome;
    private String outcomeReason;
    private List<ActionResult> results;
    private List<String> sideEffects;
    private @Nullable LifecycleState finalState;
    private Map<String, Double> finalMetrics;

    private Builder(MitigationAttempt from) {
      this.from = from;
      this.status = from.status;
      this.gates = from.gates;
      this.dispatchedAt = from.dispatchedAt;
      this.finishedAt = from.finishedAt;
      this.verifyAt = from.verifyAt;
      this.executionTime = from.executionTime;
      this.outcome = from.outcome;
      this.outcomeReason = from.outcomeReason;
      this.results = from.results;
      this.sideEffects = from.sideEffects;
      this.finalState = from.finalState;
      this.finalMetrics = from.finalMetrics;
    }

    /** Where it stands. */
    public Builder status(AttemptStatus value) {
      status = value;
      return this;
    }

    /** What the gates said. */
    public Builder gates(List<GateResult> value) {
      gates = value;
      return this;
    }

    /** When the first step was sent. */
    public Builder dispatchedAt(Instant value) {
      dispatchedAt = value;
      return this;
    }

    /** When the last step ended. */
    public Builder finishedAt(Instant value) {
      finishedAt = value;
      return this;
    }

    /** When its outcome is to be measured; null for never. */
    public Builder verifyAt(@Nullable Instant value) {
      verifyAt = value;
      return this;
    }

    /** How long the steps took together. */
    public Builder executionTime(Duration value) {
      executionTime = value;
      return this;
    }

    /** What was measured; null when nothing could be. */
    public Builder outcome(@Nullable MitigationOutcome value) {
      outcome = value;
      return this;
    }

    /** The measurement in words, or why there is none. */
    public Builder outcomeReason(String value) {
      outcomeReason = value;
      return this;
    }

    /** What became of the steps. */
    public Builder results(List<ActionResult> value) {
      results = value;
      return this;
    }

    /** What else happened, in words. */
    public Builder sideEffects(List<String> value) {
      sideEffects = value;
      return this;
    }

    /** The state of the target at the end. */
    public Builder finalState(LifecycleState value) {
      finalState = value;
      return this;
    }

    /** What the key metrics were at the end. */
    public Builder finalMetrics(Map<String, Double> value) {
      finalMetrics = value;
      return this;
    }

    /** The next version. */
    public MitigationAttempt build() {
      return new MitigationAttempt(
          from.id,
          from.target,
          from.incidentId,
          from.kind,
          from.strategy,
          from.codeHash,
          from.incarnation,
          from.situation,
          status,
          from.plan,
          gates,
          from.plannedAt,
          dispatchedAt,
          finishedAt,
          verifyAt,
          executionTime,
          outcome,
          outcomeReason,
          results,
          sideEffects,
          from.initialState,
          finalState,
          from.initialMetrics,
          finalMetrics,
          from.confidence);
    }
  }
}
