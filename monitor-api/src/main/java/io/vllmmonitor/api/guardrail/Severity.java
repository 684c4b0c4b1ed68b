package io.vllmmonitor.api.guardrail;

/** How bad a breach is, in rising order. */
public enum Severity {
  /** Worth a look. */
  WARNING,
  /** Requests suffer. */
  ERROR,
  /** Service is lost or about to be. */
  CRITICAL
}
