package io.vllmmonitor.api.history;

import io.vllmmonitor.api.code.CodeGeneration;
import io.vllmmonitor.api.code.CodeTransition;
import io.vllmmonitor.api.extension.Incubating;
import io.vllmmonitor.api.extension.StateSnapshot;
import io.vllmmonitor.api.guardrail.FiringStatus;
import io.vllmmonitor.api.guardrail.GuardrailFiring;
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
import io.vllmmonitor.api.prediction.FailurePrediction;
import io.vllmmonitor.api.rehearsal.Rehearsal;
import io.vllmmonitor.api.rehearsal.StateVersion;
import io.vllmmonitor.api.rehearsal.VerdictRecord;
import io.vllmmonitor.api.sample.SeriesData;
import io.vllmmonitor.api.sample.SeriesSelector;
import io.vllmmonitor.api.target.TargetId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The read side of everything that was remembered. Answers hold committed entries only, newest
 * first, in pages. A null filter does not filter. Thread-safe; may block on the disk.
 */
@Incubating(review = "2027-03-01")
public interface History {
  /**
   * Samples of all matching series, oldest first. Renamed metrics are found under all of their
   * names.
   *
   * @param from inclusive
   * @param to inclusive
   * @throws io.vllmmonitor.api.error.MonitorException QUERY_TOO_LARGE beyond {@code maxSamples}
   */
  List<SeriesData> metrics(SeriesSelector selector, Instant from, Instant to, int maxSamples);

  /** Checkpoints by the time of the transition. */
  Page<StateCheckpoint> checkpoints(HistoryQuery query, @Nullable LifecycleState state);

  /** The newest checkpoint of a target. */
  Optional<StateCheckpoint> latestCheckpoint(TargetId target);

  /** Firings by the time they began. */
  Page<GuardrailFiring> firings(
      HistoryQuery query, @Nullable String guardrail, @Nullable FiringStatus status);

  /** Incidents by the time they opened. */
  Page<Incident> incidents(HistoryQuery query, @Nullable IncidentStatus status);

  /** One incident; empty when there is none of that id. */
  Optional<Incident> incident(String id);

  /** Attempts by the time they were planned. */
  Page<MitigationAttempt> attempts(
      HistoryQuery query,
      @Nullable String strategy,
      @Nullable AttemptStatus status,
      @Nullable MitigationOutcome outcome);

  /** Every measured outcome that learners heard of. */
  default Page<LearningEvent> learningEvents(HistoryQuery query) {
    return learningEvents(query, null, null, null);
  }

  /**
   * Measured outcomes that learners heard of. Damaged entries are passed over, counted on the page
   * and told as a problem.
   *
   * @param situation what the decision was filed under, in full
   * @param strategy id of the strategy
   */
  Page<LearningEvent> learningEvents(
      HistoryQuery query,
      @Nullable String situation,
      @Nullable String strategy,
      @Nullable MitigationOutcome outcome);

  /**
   * Predictions by the time they were made. Damaged entries are passed over, counted on the page
   * and told as a problem; the page after one that names a next may be empty.
   *
   * @param minProbability 0 to 1; 0 does not filter
   */
  Page<FailurePrediction> predictions(
      HistoryQuery query, @Nullable FailureKind failureType, double minProbability);

  /**
   * Happy paths by the time they were saved. Damaged entries are passed over, counted on the page
   * and told as a problem.
   *
   * @param name in full
   */
  Page<HappyPath> happyPaths(
      HistoryQuery query,
      @Nullable String name,
      @Nullable LifecycleState startState,
      @Nullable LifecycleState endState);

  /**
   * Who did what. Damaged entries are passed over, counted on the page and told as a problem.
   *
   * @param actor in full, such as {@code cli:alice}
   * @param subject in full
   */
  Page<AuditEntry> audit(
      HistoryQuery query,
      @Nullable AuditAction action,
      @Nullable String actor,
      @Nullable String subject,
      AuditEntry.@Nullable Result result);

  /** Every generation ever recorded, newest first; of one unit where it is given. */
  List<CodeGeneration> generations(@Nullable String unit);

  /**
   * The steps in the lives of generations. Damaged entries are passed over, counted on the page and
   * told as a problem.
   *
   * @param unit id of the plugin or dropped source, in full
   */
  Page<CodeTransition> transitions(HistoryQuery query, @Nullable String unit);

  /** The newest saved state of an extension instance. */
  Optional<StateSnapshot> state(String extension, String unit, @Nullable TargetId target);

  /** All problems, the most recent first. */
  Page<Problem> problems(HistoryQuery query);

  /**
   * Receipts of rehearsals by the time they began. Damaged entries are passed over, counted on the
   * page and told as a problem.
   *
   * @param unit in full
   */
  Page<Rehearsal> rehearsals(HistoryQuery query, @Nullable String unit);

  /**
   * Stored verdicts by their tick. Damaged entries are passed over, counted on the page and told as
   * a problem.
   *
   * @param guardrail in full
   */
  Page<VerdictRecord> verdicts(HistoryQuery query, @Nullable String guardrail);

  /** The state or the configuration of an instance that a stored verdict names. */
  Optional<StateVersion> stateVersion(String hash);

  /** The report of the newest start. */
  Optional<RestoreReport> latestRestoreReport();
}
