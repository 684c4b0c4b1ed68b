package io.vllmmonitor.simulator.server;

import java.util.Set;

/** The faults of a running simulator. Safe for any thread. */
public interface Faults {

  /**
   * Lets a fault strike with its defaults.
   *
   * @throws IllegalStateException if the server is dead and the fault needs a living one
   */
  default void activate(Fault fault) {
    activate(fault, FaultOptions.DEFAULT);
  }

  /**
   * Lets a fault strike; one that is active already strikes anew with these options.
   *
   * @throws IllegalArgumentException if the options do not fit the profile
   * @throws IllegalStateException if the server is dead and the fault needs a living one
   */
  void activate(Fault fault, FaultOptions options);

  /**
   * Ends a fault; nothing happens if it is not active. A dead server needs {@link
   * SimulatedVllmServer#restart()}.
   */
  void clear(Fault fault);

  /** Ends every fault. */
  void clearAll();

  /**
   * The faults in force now: those that were activated and not cleared, and the kill of a server
   * that is still dead.
   */
  Set<Fault> active();
}
