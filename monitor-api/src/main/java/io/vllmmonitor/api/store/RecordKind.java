package io.vllmmonitor.api.store;

import java.util.List;

/**
 * The tables of the record store. Each has an id, a time, a target where there is one, the filter
 * columns listed here, and the whole entity as JSON.
 */
public enum RecordKind {
  /** Transitions of targets. */
  CHECKPOINTS("checkpoints", "state", "previous_state", "transition_type"),
  /** When guardrails fired. */
  GUARDRAIL_FIRINGS("guardrail_firings", "guardrail", "status", "severity", "failure_kind"),
  /** Failures, from their first firing to their last. */
  INCIDENTS("incidents", "status", "severity", "failure_kind"),
  /** What was tried. */
  MITIGATION_ATTEMPTS(
      "mitigation_attempts", "strategy_name", "status", "outcome", "incident_id", "failure_kind"),
  /** What was expected to fail. */
  PREDICTIONS(
      "predictions",
      "failure_type",
      "current_state",
      "predicted_failure_state",
      "confidence",
      "actual_outcome"),
  /** Ways out of trouble that have worked. */
  HAPPY_PATHS("happy_paths", "name", "start_state", "end_state"),
  /** Measured outcomes. */
  LEARNING_DATA("learning_data", "situation", "strategy_name", "outcome"),
  /** Generations of code. */
  PLUGINS("plugins", "unit", "code_kind", "status", "generation", "code_hash"),
  /** Saved states of extensions. */
  PLUGIN_STATES("plugin_states", "unit", "extension"),
  /** What went wrong while the rest went on. */
  PROBLEMS("problems", "code", "blame", "subject"),
  RESTORE_REPORTS("restore_reports"),
  AUDIT("audit", "action", "actor", "subject", "result"),
  PLUGIN_TRANSITIONS("plugin_transitions", "unit", "generation", "from_phase", "to_phase", "code"),
  REHEARSALS("rehearsals", "unit", "code_hash", "result"),
  VERDICTS("verdicts", "guardrail", "verdict", "code_hash"),
  STATE_VERSIONS("state_versions");

  private final String table;

  @SuppressWarnings("ImmutableEnumChecker") // made by List.of
  private final List<String> columns;

  RecordKind(String table, String... columns) {
    this.table = table;
    this.columns = List.of(columns);
  }

  /** The name of the table, of the file and of the REST path. */
  public String table() {
    return table;
  }

  /** The columns that can be filtered on, beside id, time and target. */
  public List<String> columns() {
    return columns;
  }
}
