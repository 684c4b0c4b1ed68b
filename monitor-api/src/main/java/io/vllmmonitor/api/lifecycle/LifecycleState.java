package io.vllmmonitor.api.lifecycle;

/** The 22 states in the life of a served model, in groups by phase. */
public enum LifecycleState {
  NOT_STARTED(Phase.PREPARATION),
  VALIDATING_ENVIRONMENT(Phase.PREPARATION),
  CHECKING_DEPENDENCIES(Phase.PREPARATION),
  LOADING_CONFIGURATIONS(Phase.PREPARATION),

  INITIALIZING(Phase.START),
  LOADING_MODEL(Phase.START),
  ALLOCATING_MEMORY(Phase.START),
  COMPILING_KERNELS(Phase.START),
  SETTING_UP_WORKERS(Phase.START),

  /** Up and idle: nothing to do. */
  READY(Phase.SERVICE),
  /** Up and moving, though nothing is running at the very instant of the scrape. */
  SERVING(Phase.SERVICE),
  /** Up, with requests in the batch or in the queue. */
  PROCESSING_REQUESTS(Phase.SERVICE),

  /** Held back on purpose: paused or asleep. */
  PAUSED(Phase.CHANGE),
  RECONFIGURING(Phase.CHANGE),
  SCALING(Phase.CHANGE),
  /** Up again after an error or a restart, not yet proven by progress. */
  RECOVERING(Phase.CHANGE),

  SHUTTING_DOWN(Phase.END),
  CLEANUP(Phase.END),
  /** No process answers. */
  TERMINATED(Phase.END),

  /** It answers, but it is unhealthy or does not move although work is pending. */
  ERROR(Phase.FAILURE),
  CRITICAL_ERROR(Phase.FAILURE),
  UNRECOVERABLE(Phase.FAILURE);

  /** The stretch of life a state belongs to. */
  public enum Phase {
    PREPARATION,
    START,
    SERVICE,
    CHANGE,
    END,
    FAILURE
  }

  private final Phase phase;

  LifecycleState(Phase phase) {
    this.phase = phase;
  }

  public Phase phase() {
    return phase;
  }
}
