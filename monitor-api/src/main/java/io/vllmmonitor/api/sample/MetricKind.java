package io.vllmmonitor.api.sample;

/** How the values of a metric behave, in Prometheus' terms. */
public enum MetricKind {
  /** Only grows, but for resets. */
  COUNTER,
  /** Goes up and down. */
  GAUGE,
  /** Counts of observations by bucket. */
  HISTOGRAM,
  /** Quantiles computed by the target. */
  SUMMARY,
  /** The page does not say. */
  UNKNOWN
}
