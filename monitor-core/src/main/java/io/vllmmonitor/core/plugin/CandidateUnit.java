package io.vllmmonitor.core.plugin;

import io.vllmmonitor.api.code.CodeGeneration;
import io.vllmmonitor.api.guardrail.Guardrail;
import io.vllmmonitor.api.prediction.FailurePredictor;
import io.vllmmonitor.api.target.Target;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/**
 * Loaded code that does not run yet, for a {@link RehearsalGate}. Valid during the call of the gate
 * only; confined to its thread.
 */
public interface CandidateUnit {
  /** What is to run. */
  CodeGeneration generation();

  /** What runs now under this id; empty for a unit that is new or does not run. */
  Optional<CodeGeneration> predecessor();

  /** The targets that it is going to run for; may be empty. */
  List<Target> targets();

  /**
   * New instances for one target, apart from everything that runs. Calls are guarded as live ones
   * are: what they throw is a {@code MonitorException} with text only, and they have a time limit.
   *
   * @param clock what the instances take for the time, such as that of a replay
   * @param restored whether they begin with the state that the unit saved last; else fresh
   * @throws io.vllmmonitor.api.error.MonitorException when they cannot be made
   */
  Trial trial(Target target, InstantSource clock, boolean restored);

  /** Instances to try out. Close them, whatever happened. */
  interface Trial extends AutoCloseable {
    /** Empty when the unit has none. */
    List<Guardrail> guardrails();

    /** Empty when the unit has none. */
    List<FailurePredictor> predictors();

    /** Closes the instances; never throws, what they throw is a problem of the unit. */
    @Override
    void close();
  }
}
