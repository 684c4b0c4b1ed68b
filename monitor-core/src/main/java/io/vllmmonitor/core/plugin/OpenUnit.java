package io.vllmmonitor.core.plugin;

import io.vllmmonitor.api.config.Settings;
import io.vllmmonitor.api.guardrail.Guardrail;
import io.vllmmonitor.api.rehearsal.StateVersion;
import io.vllmmonitor.api.target.Target;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/**
 * Code that was loaded for a trial or a replay, apart from whatever runs. Made by {@link
 * TrialUnits}; confined to one thread; close it.
 */
public interface OpenUnit extends CandidateUnit, AutoCloseable {
  /**
   * One guardrail as it was before a stored verdict.
   *
   * @param clock what it takes for the time
   * @param configuration what its unit was configured with; null for what it is now
   * @param guardrail its id
   * @param state what it had in memory; null for nothing
   * @param stateVersion of the writer of that state
   * @throws io.vllmmonitor.api.error.MonitorException when it cannot be made or takes the state for
   *     none of its own; GUARDRAIL_NOT_FOUND when the code brings none of that id
   */
  Replica replica(
      Target target,
      InstantSource clock,
      @Nullable Settings configuration,
      String guardrail,
      @Nullable StateVersion state,
      int stateVersion);

  /** Lets the classes go and removes the copy of the code. */
  @Override
  void close();

  /** One instance with its siblings. Close it. */
  interface Replica extends AutoCloseable {
    Guardrail guardrail();

    @Override
    void close();
  }
}
