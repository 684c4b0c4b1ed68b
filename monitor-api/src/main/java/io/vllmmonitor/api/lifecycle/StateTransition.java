package io.vllmmonitor.api.lifecycle;

/** Why a target went from one state to another. */
public enum StateTransition {
  /** It starts. */
  STARTUP,
  /** It ends in order. */
  SHUTDOWN,
  /** It fails, or comes back from that. */
  ERROR_RECOVERY,
  /** Its configuration changes. */
  RECONFIGURATION,
  /** Its size changes. */
  SCALING,
  /** It is paused or goes on. */
  PAUSE_RESUME,
  /** It is ended at once. */
  EMERGENCY_STOP
}
