package io.vllmmonitor.persistence.memory;

import io.vllmmonitor.api.code.CodeGeneration;
import io.vllmmonitor.api.code.CodeTransition;
import io.vllmmonitor.api.extension.StateSnapshot;
import io.vllmmonitor.api.guardrail.GuardrailFiring;
import io.vllmmonitor.api.history.AuditEntry;
import io.vllmmonitor.api.history.Problem;
import io.vllmmonitor.api.history.Recorder;
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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Collects the rows of one transaction. Confined to one call of {@link StoredMemory#write}. */
final class TransactionEntries implements Recorder.Entries {
  private record Identity(RecordKind kind, String id) {}

  private final EntityRows rows;
  // an entry given twice in one transaction counts as its last version
  private final Map<Identity, StoredRecord> collected = new LinkedHashMap<>();
  private boolean closed;

  TransactionEntries(EntityRows rows) {
    this.rows = rows;
  }

  @Override
  public void checkpoint(StateCheckpoint checkpoint) {
    add(rows.row(checkpoint));
  }

  @Override
  public void firing(GuardrailFiring firing) {
    add(rows.row(firing));
  }

  @Override
  public void incident(Incident incident) {
    add(rows.row(incident));
  }

  @Override
  public void attempt(MitigationAttempt attempt) {
    add(rows.row(attempt));
  }

  @Override
  public void prediction(FailurePrediction prediction) {
    add(rows.row(prediction));
  }

  @Override
  public void happyPath(HappyPath path) {
    add(rows.row(path));
  }

  @Override
  public void learning(LearningEvent event) {
    add(rows.row(event));
  }

  @Override
  public void generation(CodeGeneration generation) {
    add(rows.row(generation));
  }

  @Override
  public void state(StateSnapshot snapshot) {
    add(rows.row(snapshot));
  }

  @Override
  public void problem(Problem problem) {
    add(rows.row(problem));
  }

  @Override
  public void restoreReport(RestoreReport report) {
    add(rows.row(report));
  }

  @Override
  public void audit(AuditEntry entry) {
    add(rows.row(entry));
  }

  @Override
  public void transition(CodeTransition transition) {
    add(rows.row(transition));
  }

  @Override
  public void rehearsal(Rehearsal rehearsal) {
    add(rows.row(rehearsal));
  }

  @Override
  public void verdict(VerdictRecord verdict) {
    add(rows.row(verdict));
  }

  @Override
  public void stateVersion(StateVersion version) {
    add(rows.row(version));
  }

  /** Ends the collection; whoever kept the entries can no longer add to them. */
  List<StoredRecord> close() {
    closed = true;
    return List.copyOf(collected.values());
  }

  private void add(StoredRecord row) {
    if (closed) {
      throw new IllegalStateException(
          "The entries of a transaction are good only within the call that gave them");
    }
    collected.put(new Identity(row.kind(), row.id()), row);
  }
}
