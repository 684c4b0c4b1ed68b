package io.vllmmonitor.api.mitigation;

/** Where an attempt stands: a write-ahead intent that is durable before anything is sent. */
public enum AttemptStatus {
  /** Planned, gates not yet passed. */
  PLANNED,
  /** Every gate is open. */
  APPROVED,
  /** Handed to the actuator; from here it may have had an effect. */
  DISPATCHED,
  /** Every step was done. */
  SUCCEEDED,
  /** A step failed; the rollback ran. */
  FAILED,
  /**
   * It is not known whether it took effect, after a crash or a lost answer; observed, never
   * repeated.
   */
  UNKNOWN,
  /** Its evidence grew old before it could be dispatched. */
  EXPIRED,
  /** Stored as advice; the mode does not allow acting. */
  ADVISED,
  /** A gate was closed. */
  REFUSED
}
