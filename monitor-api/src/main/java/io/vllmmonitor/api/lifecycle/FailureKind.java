package io.vllmmonitor.api.lifecycle;

/**
 * What can be wrong with a target. Guardrails, predictions and incidents carry one; there is at
 * most one open incident per target and kind.
 */
public enum FailureKind {
  /** Host or GPU memory runs out. */
  MEMORY_EXHAUSTION,
  CPU_EXHAUSTION,
  /** Failures that cause further failures. */
  ERROR_CASCADE,
  /** One part is slower or worse than it was. */
  COMPONENT_DEGRADATION,
  /** The KV cache overflows: usage at its limit, preemptions, thrash. */
  CACHE_OVERFLOW,
  /** Requests come faster than they are served. */
  REQUEST_BACKLOG,
  GENERAL_INSTABILITY,
  /** Work is pending and nothing moves, whatever the health check says. */
  ENGINE_HANG,
  /** The engine or the whole server is gone. */
  ENGINE_DEATH,

  CUDA_OOM,
  NCCL_ERROR,
  CUDNN_ERROR,
  MODEL_LOADING_ERROR,
  INVALID_CONFIGURATION,
  CONFIGURATION_KEY_ERROR,
  NETWORK_CONNECTION_ERROR,
  OPERATION_TIMEOUT,
  SYSTEM_MEMORY_ERROR,
  DISK_SPACE_ERROR,
  OS_ERROR,
  GENERIC_ERROR
}
