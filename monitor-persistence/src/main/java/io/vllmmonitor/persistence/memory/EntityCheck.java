package io.vllmmonitor.persistence.memory;

import com.fasterxml.jackson.databind.JsonNode;
import io.vllmmonitor.api.code.CodeGeneration;
import io.vllmmonitor.api.extension.StateSnapshot;
import io.vllmmonitor.api.guardrail.GuardrailFiring;
import io.vllmmonitor.api.history.Problem;
import io.vllmmonitor.api.history.RestoreReport;
import io.vllmmonitor.api.incident.Incident;
import io.vllmmonitor.api.learning.LearningEvent;
import io.vllmmonitor.api.lifecycle.StateCheckpoint;
import io.vllmmonitor.api.mitigation.MitigationAttempt;
import io.vllmmonitor.api.store.RecordKind;
import io.vllmmonitor.api.store.StoredRecord;
import java.util.Map;

/** Whether a row holds the entity of its kind. */
final class EntityCheck {
  private static final Map<RecordKind, Class<?>> ENTITIES =
      Map.of(
          RecordKind.CHECKPOINTS, StateCheckpoint.class,
          RecordKind.GUARDRAIL_FIRINGS, GuardrailFiring.class,
          RecordKind.INCIDENTS, Incident.class,
          RecordKind.MITIGATION_ATTEMPTS, MitigationAttempt.class,
          RecordKind.LEARNING_DATA, LearningEvent.class,
          RecordKind.PLUGINS, CodeGeneration.class,
          RecordKind.PLUGIN_STATES, StateSnapshot.class,
          RecordKind.PROBLEMS, Problem.class,
          RecordKind.RESTORE_REPORTS, RestoreReport.class);

  private static final EntityRows ROWS = new EntityRows();

  private EntityCheck() {}

  /** Kinds without an entity of their own hold any JSON. */
  static void check(StoredRecord row) {
    Object unused = ROWS.entity(row, ENTITIES.getOrDefault(row.kind(), JsonNode.class));
  }
}
