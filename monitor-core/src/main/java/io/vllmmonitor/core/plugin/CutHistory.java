package io.vllmmonitor.core.plugin;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.code.CodeGeneration;
import io.vllmmonitor.api.code.CodeTransition;
import io.vllmmonitor.api.extension.StateSnapshot;
import io.vllmmonitor.api.guardrail.FiringStatus;
import io.vllmmonitor.api.guardrail.GuardrailFiring;
import io.vllmmonitor.api.history.AuditAction;
import io.vllmmonitor.api.history.AuditEntry;
import io.vllmmonitor.api.history.History;
import io.vllmmonitor.api.history.HistoryQuery;
import io.vllmmonitor.api.history.Page;
import io.vllmmonitor.api.history.Problem;
import io.vllmmonitor.api.history.RestoreReport;
import io.vllmmonitor.api.incident.Incident;
import io.vllmmonitor.api.incident.IncidentStatus;
import io.vllmmonitor.api.learning.LearningEvent;
import io.vllmmonitor.api.lifecycle.FailureKind;
import io.vllmmonitor.api.lifecycle.LifecycleState;
import io.vllmmonitor.api.lifecycle.StateCheckpoint;
import io.vllmmonitor.api.mitigation.AttemptStatus;
import io.vllmmonitor.api.mitigation.MitigationAttempt;
import io.vllmmonitor.api.outcome.HappyPath;
import io.vllmmonitor.api.outcome.MitigationOutcome;
import io.vllmmonitor.api.prediction.ActualOutcome;
import io.vllmmonitor.api.prediction.FailurePrediction;
import io.vllmmonitor.api.rehearsal.Rehearsal;
import io.vllmmonitor.api.rehearsal.StateVersion;
import io.vllmmonitor.api.rehearsal.VerdictRecord;
import io.vllmmonitor.api.sample.SeriesData;
import io.vllmmonitor.api.sample.SeriesSelector;
import io.vllmmonitor.api.target.TargetId;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A history that ends at the present of a virtual clock, so that code on trial cannot look ahead.
 * What was not over by then (a firing, an incident, an attempt, a prediction) is left out, since
 * its entry tells the end. Thread-safe as far as the clock is.
 */
final class CutHistory implements History {
  private final History whole;
  private final InstantSource clock;

  CutHistory(History whole, InstantSource clock) {
    this.whole = requireNonNull(whole, "whole");
    this.clock = requireNonNull(clock, "clock");
  }

  private HistoryQuery cut(HistoryQuery query) {
    Instant end = clock.instant().plusMillis(1);
    Instant to = query.to();
    return query.between(query.from(), to == null || to.isAfter(end) ? end : to);
  }

  private boolean past(@Nullable Instant at) {
    return at != null && !at.isAfter(clock.instant());
  }

  private static <T> Page<T> only(Page<T> page, Predicate<T> known) {
    return new Page<>(page.items().stream().filter(known).toList(), page.next(), page.passedOver());
  }

  @Override
  public List<SeriesData> metrics(
      SeriesSelector selector, Instant from, Instant to, int maxSamples) {
    Instant now = clock.instant();
    return from.isAfter(now)
        ? List.of()
        : whole.metrics(selector, from, to.isAfter(now) ? now : to, maxSamples);
  }

  @Override
  public Page<StateCheckpoint> checkpoints(HistoryQuery query, @Nullable LifecycleState state) {
    return only(whole.checkpoints(cut(query), state), one -> past(one.at()));
  }

  @Override
  public Optional<StateCheckpoint> latestCheckpoint(TargetId target) {
    return checkpoints(HistoryQuery.newestOf(target), null).items().stream().findFirst();
  }

  @Override
  public Page<GuardrailFiring> firings(
      HistoryQuery query, @Nullable String guardrail, @Nullable FiringStatus status) {
    return only(whole.firings(cut(query), guardrail, status), one -> past(one.clearedAt()));
  }

  @Override
  public Page<Incident> incidents(HistoryQuery query, @Nullable IncidentStatus status) {
    return only(whole.incidents(cut(query), status), one -> past(one.closedAt()));
  }

  @Override
  public Optional<Incident> incident(String id) {
    return whole.incident(id).filter(one -> past(one.closedAt()));
  }

  @Override
  public Page<MitigationAttempt> attempts(
      HistoryQuery query,
      @Nullable String strategy,
      @Nullable AttemptStatus status,
      @Nullable MitigationOutcome outcome) {
    return only(
        whole.attempts(cut(query), strategy, status, outcome),
        one -> past(one.verifyAt() == null ? one.finishedAt() : one.verifyAt()));
  }

  @Override
  public Page<LearningEvent> learningEvents(
      HistoryQuery query,
      @Nullable String situation,
      @Nullable String strategy,
      @Nullable MitigationOutcome outcome) {
    return only(
        whole.learningEvents(cut(query), situation, strategy, outcome), one -> past(one.at()));
  }

  @Override
  public Page<FailurePrediction> predictions(
      HistoryQuery query, @Nullable FailureKind failureType, double minProbability) {
    return only(
        whole.predictions(cut(query), failureType, minProbability),
        one -> {
          ActualOutcome outcome = one.actualOutcome();
          return outcome != null && past(outcome.resolvedAt());
        });
  }

  @Override
  public Page<HappyPath> happyPaths(
      HistoryQuery query,
      @Nullable String name,
      @Nullable LifecycleState startState,
      @Nullable LifecycleState endState) {
    return only(
        whole.happyPaths(cut(query), name, startState, endState), one -> past(one.savedAt()));
  }

  @Override
  public Page<AuditEntry> audit(
      HistoryQuery query,
      @Nullable AuditAction action,
      @Nullable String actor,
      @Nullable String subject,
      AuditEntry.@Nullable Result result) {
    return only(whole.audit(cut(query), action, actor, subject, result), one -> past(one.at()));
  }

  @Override
  public Page<CodeTransition> transitions(HistoryQuery query, @Nullable String unit) {
    return only(whole.transitions(cut(query), unit), one -> past(one.at()));
  }

  @Override
  public List<CodeGeneration> generations(@Nullable String unit) {
    return whole.generations(unit).stream().filter(one -> past(one.at())).toList();
  }

  @Override
  public Optional<StateSnapshot> state(String extension, String unit, @Nullable TargetId target) {
    return whole.state(extension, unit, target).filter(one -> past(one.savedAt()));
  }

  @Override
  public Page<Problem> problems(HistoryQuery query) {
    return only(whole.problems(cut(query)), one -> past(one.lastAt()));
  }

  @Override
  public Page<Rehearsal> rehearsals(HistoryQuery query, @Nullable String unit) {
    return only(whole.rehearsals(cut(query), unit), one -> past(one.at()));
  }

  @Override
  public Page<VerdictRecord> verdicts(HistoryQuery query, @Nullable String guardrail) {
    return only(whole.verdicts(cut(query), guardrail), one -> past(one.at()));
  }

  @Override
  public Optional<StateVersion> stateVersion(String hash) {
    return whole.stateVersion(hash).filter(one -> past(one.at()));
  }

  @Override
  public Optional<RestoreReport> latestRestoreReport() {
    return whole.latestRestoreReport().filter(one -> past(one.at()));
  }
}
