package io.vllmmonitor.api.history;

import io.vllmmonitor.api.code.CodeGeneration;
import io.vllmmonitor.api.code.CodeTransition;
import io.vllmmonitor.api.extension.Incubating;
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
@Incubating(review = "2027-03-01")
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
    /** Identity: its id. */
    void checkpoint(StateCheckpoint checkpoint);

    /** Identity: its id; given again when it clears. */
    void firing(GuardrailFiring firing);

    /** Identity: its id; given again at every change. */
    void incident(Incident incident);

    /** Identity: its id; given again at every change. */
    void attempt(MitigationAttempt attempt);

    /** Given again with what happened, it replaces the open one. */
    void prediction(FailurePrediction prediction);

    /** Identity: its id; given again when it counts one more success or failure. */
    void happyPath(HappyPath path);

    /** Identity: the attempt. */
    void learning(LearningEvent event);

    /** Identity: unit and generation. */
    void generation(CodeGeneration generation);

    /** Identity: extension, unit and target. */
    void state(StateSnapshot snapshot);

    /** Identity: code and subject. */
    void problem(Problem problem);

    /** Identity: the time of the start. */
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
