package io.vllmmonitor.persistence.memory;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.code.CodeGeneration;
import io.vllmmonitor.api.code.CodeTransition;
import io.vllmmonitor.api.extension.StateSnapshot;
import io.vllmmonitor.api.guardrail.GuardrailFiring;
import io.vllmmonitor.api.history.AuditEntry;
import io.vllmmonitor.api.history.Problem;
import io.vllmmonitor.api.history.RestoreReport;
import io.vllmmonitor.api.incident.Incident;
import io.vllmmonitor.api.learning.LearningEvent;
import io.vllmmonitor.api.lifecycle.StateCheckpoint;
import io.vllmmonitor.api.mitigation.MitigationAttempt;
import io.vllmmonitor.api.outcome.HappyPath;
import io.vllmmonitor.api.prediction.FailurePrediction;
import io.vllmmonitor.api.rehearsal.Rehearsal;
import io.vllmmonitor.api.rehearsal.StateVersion;
import io.vllmmonitor.api.rehearsal.VerdictRecord;
import io.vllmmonitor.api.store.RecordKind;
import io.vllmmonitor.api.store.StoredRecord;
import java.util.Map;

/** Whether a row holds the entity of its kind. */
final class EntityCheck {
  private static final Map<RecordKind, Class<?>> ENTITIES =
      Map.ofEntries(
          Map.entry(RecordKind.CHECKPOINTS, StateCheckpoint.class),
          Map.entry(RecordKind.GUARDRAIL_FIRINGS, GuardrailFiring.class),
          Map.entry(RecordKind.INCIDENTS, Incident.class),
          Map.entry(RecordKind.MITIGATION_ATTEMPTS, MitigationAttempt.class),
          Map.entry(RecordKind.PREDICTIONS, FailurePrediction.class),
          Map.entry(RecordKind.HAPPY_PATHS, HappyPath.class),
          Map.entry(RecordKind.LEARNING_DATA, LearningEvent.class),
          Map.entry(RecordKind.PLUGINS, CodeGeneration.class),
          Map.entry(RecordKind.PLUGIN_STATES, StateSnapshot.class),
          Map.entry(RecordKind.PROBLEMS, Problem.class),
          Map.entry(RecordKind.RESTORE_REPORTS, RestoreReport.class),
          Map.entry(RecordKind.AUDIT, AuditEntry.class),
          Map.entry(RecordKind.PLUGIN_TRANSITIONS, CodeTransition.class),
          Map.entry(RecordKind.REHEARSALS, Rehearsal.class),
          Map.entry(RecordKind.VERDICTS, VerdictRecord.class),
          Map.entry(RecordKind.STATE_VERSIONS, StateVersion.class));

  private static final EntityRows ROWS = new EntityRows();

  private EntityCheck() {}

  /** Passes, or throws STORE_DAMAGED. */
  static void check(StoredRecord row) {
    Object unused = ROWS.entity(row, requireNonNull(ENTITIES.get(row.kind()), "entity"));
  }
}
