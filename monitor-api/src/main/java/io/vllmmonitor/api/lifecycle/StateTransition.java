package io.vllmmonitor.api.lifecycle;

/** Why a target went from one state to another. */
public enum StateTransition {
  STARTUP,
  SHUTDOWN,
  ERROR_RECOVERY,
  RECONFIGURATION,
  SCALING,
  PAUSE_RESUME,
  EMERGENCY_STOP
}
