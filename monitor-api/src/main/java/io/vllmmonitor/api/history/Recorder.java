package io.vllmmonitor.api.history;

import io.vllmmonitor.api.code.CodeGeneration;
import io.vllmmonitor.api.code.CodeTransition;
import io.vllmmonitor.api.extension.StateSnapshot;
import io.vllmmonitor.api.guardrail.GuardrailFiring;
import io.vllmmonitor.api.incident.Incident;
import io.vllmmonitor.api.learning.LearningEvent;
import io.vllmmonitor.api.lifecycle.StateCheckpoint;
import io.vllmmonitor.api.mitigation.MitigationAttempt;
import io.vllmmonitor.api.outcome.HappyPath;
import io.vllmmonitor.api.prediction.FailurePrediction;
import io.vllmmonitor.api.rehearsal.Rehearsal;
import io.vllmmonitor.api.rehearsal.StateVersion;
import io.vllmmonitor.api.rehearsal.VerdictRecord;
import java.util.function.Consumer;

/**
 * The write side of the history, for the core only. What was given is durable when {@link #write}
 * returns, all of it or nothing; an entry of the same identity replaces the older one. Thread-safe.
 */
public interface Recorder {
  /**
   * Stores everything that the consumer puts into the entries, in one transaction.
   *
   * @throws io.vllmmonitor.api.error.MonitorException STORE_FULL, STORE_IO or STORE_CLOSED; then
   *     nothing was stored
   */
  void write(Consumer<Entries> entries);

  /** Takes the entries of one transaction. Confined to the call. */
  interface Entries {
    void checkpoint(StateCheckpoint checkpoint);

    void firing(GuardrailFiring firing);

    void incident(Incident incident);

    void attempt(MitigationAttempt attempt);

    /** Given again with what happened, it replaces the open one. */
    void prediction(FailurePrediction prediction);

    void happyPath(HappyPath path);

    void learning(LearningEvent event);

    /** Identity: unit and generation. */
    void generation(CodeGeneration generation);

    /** Identity: extension, unit and target. */
    void state(StateSnapshot snapshot);

    /** Identity: code and subject. */
    void problem(Problem problem);

    void restoreReport(RestoreReport report);

    void audit(AuditEntry entry);

    /** A step in the life of a generation; never replaced. */
    void transition(CodeTransition transition);

    void rehearsal(Rehearsal rehearsal);

    void verdict(VerdictRecord verdict);

    /** Identity: the hash. */
    void stateVersion(StateVersion version);
  }
}
