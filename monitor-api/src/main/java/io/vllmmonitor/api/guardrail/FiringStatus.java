package io.vllmmonitor.api.guardrail;

/** Where a firing stands. */
public enum FiringStatus {
  /** The breach lasts. */
  FIRING,
  /** It has been clear for its hold-down. */
  CLEARED
}
