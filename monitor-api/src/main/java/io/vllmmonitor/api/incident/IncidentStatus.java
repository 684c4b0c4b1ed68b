package io.vllmmonitor.api.incident;

/** Where an incident stands. */
public enum IncidentStatus {
  /** At least one of its firings lasts. */
  OPEN,
  /** The last of its firings has cleared. */
  CLOSED
}
