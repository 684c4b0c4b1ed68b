package io.vllmmonitor.persistence.memory;

import static io.vllmmonitor.api.error.ErrorCode.INTERNAL;
import static io.vllmmonitor.api.error.ErrorCode.STORE_DAMAGED;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vllmmonitor.api.code.CodeGeneration;
import io.vllmmonitor.api.code.CodeTransition;
import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.extension.StateSnapshot;
import io.vllmmonitor.api.guardrail.GuardrailFiring;
import io.vllmmonitor.api.history.AuditEntry;
import io.vllmmonitor.api.history.Problem;
import io.vllmmonitor.api.history.RestoreReport;
import io.vllmmonitor.api.incident.Incident;
import io.vllmmonitor.api.learning.LearningEvent;
import io.vllmmonitor.api.lifecycle.LifecycleState;
import io.vllmmonitor.api.lifecycle.StateCheckpoint;
import io.vllmmonitor.api.mitigation.MitigationAttempt;
import io.vllmmonitor.api.outcome.HappyPath;
import io.vllmmonitor.api.prediction.ActualOutcome;
import io.vllmmonitor.api.prediction.FailurePrediction;
import io.vllmmonitor.api.rehearsal.Rehearsal;
import io.vllmmonitor.api.rehearsal.StateVersion;
import io.vllmmonitor.api.rehearsal.VerdictRecord;
import io.vllmmonitor.api.store.RecordKind;
import io.vllmmonitor.api.store.StoredRecord;
import io.vllmmonitor.api.target.TargetId;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Turns each entity into its row: id, the time that pages are ordered by, target, filter columns
 * and the whole entity as JSON; and a row back into its entity, which only ever looks at the JSON.
 * Thread-safe.
 */
final class EntityRows {
  private final ObjectMapper mapper = HistoryJson.mapper();

  StoredRecord row(StateCheckpoint checkpoint) {
    return row(
        RecordKind.CHECKPOINTS,
        checkpoint.id(),
        checkpoint.at(),
        checkpoint.target(),
        columns(
            "state", checkpoint.state().name(),
            "previous_state", checkpoint.previousState().name(),
            "transition_type", checkpoint.transition().name()),
        checkpoint);
  }

  StoredRecord row(GuardrailFiring firing) {
    return row(
        RecordKind.GUARDRAIL_FIRINGS,
        firing.id(),
        firing.firedAt(),
        firing.target(),
        columns(
            "guardrail", firing.guardrail(),
            "status", firing.status().name(),
            "severity", firing.severity().name(),
            "failure_kind", firing.kind().name()),
        firing);
  }

  StoredRecord row(Incident incident) {
    return row(
        RecordKind.INCIDENTS,
        incident.id(),
        incident.openedAt(),
        incident.target(),
        columns(
            "status", incident.status().name(),
            "severity", incident.severity().name(),
            "failure_kind", incident.kind().name()),
        incident);
  }

  StoredRecord row(MitigationAttempt attempt) {
    return row(
        RecordKind.MITIGATION_ATTEMPTS,
        attempt.id(),
        attempt.plannedAt(),
        attempt.target(),
        columns(
            "strategy_name", attempt.strategy(),
            "status", attempt.status().name(),
            "outcome", attempt.outcome() == null ? null : attempt.outcome().name(),
            "incident_id", attempt.incidentId(),
            "failure_kind", attempt.kind().name()),
        attempt);
  }

  StoredRecord row(FailurePrediction prediction) {
    ActualOutcome outcome = prediction.actualOutcome();
    LifecycleState predicted = prediction.predictedFailureState();
    return row(
        RecordKind.PREDICTIONS,
        prediction.id(),
        prediction.at(),
        prediction.target(),
        columns(
            "failure_type", prediction.failureType().name(),
            "current_state", prediction.currentState().name(),
            "predicted_failure_state", predicted == null ? null : predicted.name(),
            "confidence", prediction.confidence().name(),
            "actual_outcome", outcome == null ? null : outcome.result().name()),
        prediction);
  }

  StoredRecord row(HappyPath path) {
    return row(
        RecordKind.HAPPY_PATHS,
        path.id(),
        path.savedAt(),
        path.target(),
        columns(
            "name", path.name(),
            "start_state", path.startState().name(),
            "end_state", path.endState().name()),
        path);
  }

  StoredRecord row(AuditEntry entry) {
    return row(
        RecordKind.AUDIT,
        entry.id(),
        entry.at(),
        entry.target(),
        columns(
            "action", entry.action().name(),
            "actor", entry.actor(),
            "subject", entry.subject(),
            "result", entry.result().name()),
        entry);
  }

  /** One row per attempt: the same outcome, told twice, is one experience. */
  StoredRecord row(LearningEvent event) {
    return row(
        RecordKind.LEARNING_DATA,
        event.attemptId(),
        event.at(),
        event.target(),
        columns(
            "situation", event.situation(),
            "strategy_name", event.strategy(),
            "outcome", event.outcome().name()),
        event);
  }

  StoredRecord row(CodeGeneration generation) {
    return row(
        RecordKind.PLUGINS,
        RecordIds.generation(generation),
        generation.at(),
        null,
        columns(
            "unit", generation.unit(),
            "code_kind", generation.kind().name(),
            "status", generation.status().name(),
            "generation", Integer.toString(generation.generation()),
            "code_hash", generation.codeHash()),
        generation);
  }

  StoredRecord row(CodeTransition transition) {
    return row(
        RecordKind.PLUGIN_TRANSITIONS,
        transition.id(),
        transition.at(),
        null,
        columns(
            "unit", transition.unit(),
            "generation", Integer.toString(transition.generation()),
            "from_phase", transition.from().name(),
            "to_phase", transition.to().name(),
            "code", transition.code() == null ? null : transition.code().name()),
        transition);
  }

  StoredRecord row(StateSnapshot snapshot) {
    return row(
        RecordKind.PLUGIN_STATES,
        RecordIds.state(snapshot.extension(), snapshot.unit(), snapshot.target()),
        snapshot.savedAt(),
        snapshot.target(),
        columns("unit", snapshot.unit(), "extension", snapshot.extension()),
        snapshot);
  }

  StoredRecord row(Problem problem) {
    return row(
        RecordKind.PROBLEMS,
        RecordIds.problem(problem.code(), problem.subject()),
        problem.lastAt(),
        null,
        columns(
            "code", problem.code().name(),
            "blame", problem.blame().name(),
            "subject", problem.subject()),
        problem);
  }

  StoredRecord row(RestoreReport report) {
    return row(
        RecordKind.RESTORE_REPORTS,
        JsonTime.exact(report.at()),
        report.at(),
        null,
        Map.of(),
        report);
  }

  StoredRecord row(Rehearsal rehearsal) {
    return row(
        RecordKind.REHEARSALS,
        rehearsal.id(),
        rehearsal.at(),
        null,
        columns(
            "unit", rehearsal.unit(),
            "code_hash", rehearsal.codeHash(),
            "result", rehearsal.result().name()),
        rehearsal);
  }

  StoredRecord row(VerdictRecord verdict) {
    return row(
        RecordKind.VERDICTS,
        verdict.id(),
        verdict.at(),
        verdict.target(),
        columns(
            "guardrail", verdict.guardrail(),
            "verdict", verdict.kind().name(),
            "code_hash", verdict.codeHash()),
        verdict);
  }

  StoredRecord row(StateVersion version) {
    return row(RecordKind.STATE_VERSIONS, version.hash(), version.at(), null, Map.of(), version);
  }

  /**
   * The entity of a row.
   *
   * @throws MonitorException STORE_DAMAGED when the JSON is not that entity
   */
  <T> T entity(StoredRecord row, Class<T> type) {
    try {
      T entity = mapper.readValue(row.json(), type);
      if (entity == null) {
        throw damaged(row, type, "it is null", null);
      }
      return entity;
    } catch (JsonProcessingException e) {
      throw damaged(row, type, e.getOriginalMessage(), e);
    }
  }

  private static MonitorException damaged(
      StoredRecord row, Class<?> type, String found, @Nullable Throwable cause) {
    return new MonitorException(
        STORE_DAMAGED,
        Blame.ENVIRONMENT,
        "Row '"
            + row.id()
            + "' of table "
            + row.kind().table()
            + " is no "
            + type.getSimpleName()
            + ": "
            + found
            + "; restore the data directory from a backup or delete that row",
        cause);
  }

  private StoredRecord row(
      RecordKind kind,
      String id,
      Instant at,
      @Nullable TargetId target,
      Map<String, String> columns,
      Object entity) {
    return new StoredRecord(
        kind, id, at, target == null ? null : target.instance(), columns, json(entity));
  }

  private String json(Object entity) {
    try {
      return mapper.writeValueAsString(entity);
    } catch (JsonProcessingException e) {
      throw new MonitorException(
          INTERNAL,
          Blame.MONITOR,
          "A " + entity.getClass().getSimpleName() + " cannot be written as JSON; report this",
          e);
    }
  }

  /** Pairs of column and value; a null value leaves the column out. */
  private static Map<String, String> columns(@Nullable String... pairs) {
    Map<String, String> columns = new HashMap<>();
    for (int i = 0; i < pairs.length; i += 2) {
      String name = pairs[i];
      String value = pairs[i + 1];
      if (name != null && value != null) {
        columns.put(name, value);
      }
    }
    return columns;
  }
}
