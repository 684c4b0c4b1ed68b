package io.vllmmonitor.api.incident;

/** Where an incident stands. */
public enum IncidentStatus {
  OPEN,
  CLOSED
}
