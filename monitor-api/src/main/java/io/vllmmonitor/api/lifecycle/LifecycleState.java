package io.vllmmonitor.api.lifecycle;

/** The 22 states in the life of a served model, in groups by phase. */
public enum LifecycleState {
  /** Nothing was seen of it yet. */
  NOT_STARTED(Phase.PREPARATION),
  /** The machine is being checked. */
  VALIDATING_ENVIRONMENT(Phase.PREPARATION),
  /** What it needs is being looked for. */
  CHECKING_DEPENDENCIES(Phase.PREPARATION),
  /** Its configuration is being read. */
  LOADING_CONFIGURATIONS(Phase.PREPARATION),

  /** The process has begun to start. */
  INITIALIZING(Phase.START),
  /** The weights are being loaded. */
  LOADING_MODEL(Phase.START),
  /** The KV cache is being allocated. */
  ALLOCATING_MEMORY(Phase.START),
  /** Kernels are compiled and graphs captured. */
  COMPILING_KERNELS(Phase.START),
  /** Its workers are being started. */
  SETTING_UP_WORKERS(Phase.START),

  /** Up and idle: nothing to do. */
  READY(Phase.SERVICE),
  /** Up and moving, though nothing is running at the very instant of the scrape. */
  SERVING(Phase.SERVICE),
  /** Up, with requests in the batch or in the queue. */
  PROCESSING_REQUESTS(Phase.SERVICE),

  /** Held back on purpose: paused or asleep. */
  PAUSED(Phase.CHANGE),
  /** Its configuration is being changed. */
  RECONFIGURING(Phase.CHANGE),
  /** Its size is being changed. */
  SCALING(Phase.CHANGE),
  /** Up again after an error or a restart, not yet proven by progress. */
  RECOVERING(Phase.CHANGE),

  /** It ends in order. */
  SHUTTING_DOWN(Phase.END),
  /** What it held is being released. */
  CLEANUP(Phase.END),
  /** No process answers. */
  TERMINATED(Phase.END),

  /** It answers, but it is unhealthy or does not move although work is pending. */
  ERROR(Phase.FAILURE),
  /** It cannot serve, but may recover. */
  CRITICAL_ERROR(Phase.FAILURE),
  /** Only a new start can help. */
  UNRECOVERABLE(Phase.FAILURE);

  /** The stretch of life a state belongs to. */
  public enum Phase {
    /** Before the process starts. */
    PREPARATION,
    /** From the start of the process until it is ready. */
    START,
    /** It serves or could. */
    SERVICE,
    /** It is paused, changed or recovering. */
    CHANGE,
    /** It ends or has ended. */
    END,
    /** It fails. */
    FAILURE
  }

  private final Phase phase;

  LifecycleState(Phase phase) {
    this.phase = phase;
  }

  /** The part of a server's life that the state belongs to. */
  public Phase phase() {
    return phase;
  }
}
