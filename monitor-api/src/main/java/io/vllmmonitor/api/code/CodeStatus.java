package io.vllmmonitor.api.code;

/** What the platform does with a generation of code. */
public enum CodeStatus {
  /** It runs and has effect. */
  ACTIVE,
  /** It runs and is recorded, without effect, until promoted. */
  SHADOW,
  /** Stopped for good by the operator, until enabled. */
  DISABLED,
  /** It was taken out of its folder while others stayed, or a newer generation took its place. */
  REMOVED,
  /** It was never run, or runs no more, because something is wrong with it. */
  REJECTED,
  /**
   * Its content did harm, or was rolled back: it is not started, from a folder or at boot, until
   * somebody approves it.
   */
  QUARANTINED;

  /** Whether a generation of this status does not count while an older one may. */
  public boolean failed() {
    return this == REJECTED || this == QUARANTINED;
  }
}
