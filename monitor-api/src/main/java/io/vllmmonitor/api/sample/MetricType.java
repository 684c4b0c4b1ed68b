package io.vllmmonitor.api.sample;

/** What a metric is about; what history is asked for by type. */
public enum MetricType {
  /** Throughput, latency, queue and cache efficiency. */
  PERFORMANCE,
  /** Use of memory, KV cache, processors, descriptors. */
  RESOURCE,
  /** Failures, refusals, corruption. */
  ERROR,
  /** Whether the thing is up and in which state. */
  HEALTH,
  /** Everything a plugin adds without saying more. */
  CUSTOM
}
