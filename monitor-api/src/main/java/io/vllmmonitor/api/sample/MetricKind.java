package io.vllmmonitor.api.sample;

/** How the values of a metric behave, in Prometheus' terms. */
public enum MetricKind {
  COUNTER,
  GAUGE,
  HISTOGRAM,
  SUMMARY,
  UNKNOWN
}
