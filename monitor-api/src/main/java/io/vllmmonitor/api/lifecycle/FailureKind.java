package io.vllmmonitor.api.lifecycle;

/**
 * What can be wrong with a target. Guardrails, predictions and incidents carry one; there is at
 * most one open incident per target and kind.
 */
public enum FailureKind {
  /** Host or GPU memory runs out. */
  MEMORY_EXHAUSTION,
  /** The processors of the host are the limit. */
  CPU_EXHAUSTION,
  /** Failures that cause further failures. */
  ERROR_CASCADE,
  /** One part is slower or worse than it was. */
  COMPONENT_DEGRADATION,
  /** The KV cache overflows: usage at its limit, preemptions, thrash. */
  CACHE_OVERFLOW,
  /** Requests come faster than they are served. */
  REQUEST_BACKLOG,
  /** It fails now and then without one cause. */
  GENERAL_INSTABILITY,
  /** Work is pending and nothing moves, whatever the health check says. */
  ENGINE_HANG,
  /** The engine or the whole server is gone. */
  ENGINE_DEATH,

  /** An allocation on the GPU failed. */
  CUDA_OOM,
  /** The GPUs could not talk to each other. */
  NCCL_ERROR,
  /** A call of cuDNN failed. */
  CUDNN_ERROR,
  /** The model could not be loaded. */
  MODEL_LOADING_ERROR,
  /** The configuration cannot work. */
  INVALID_CONFIGURATION,
  /** A configuration key is unknown or missing. */
  CONFIGURATION_KEY_ERROR,
  /** A connection could not be made or broke. */
  NETWORK_CONNECTION_ERROR,
  /** Something took longer than it may. */
  OPERATION_TIMEOUT,
  /** An allocation on the host failed. */
  SYSTEM_MEMORY_ERROR,
  /** The disk is full. */
  DISK_SPACE_ERROR,
  /** The operating system refused something. */
  OS_ERROR,
  /** None of the others. */
  GENERIC_ERROR
}
