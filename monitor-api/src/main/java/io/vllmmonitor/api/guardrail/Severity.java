package io.vllmmonitor.api.guardrail;

/** How bad a breach is, in rising order. */
public enum Severity {
  WARNING,
  ERROR,
  CRITICAL
}
