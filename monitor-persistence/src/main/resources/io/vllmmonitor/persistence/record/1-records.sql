CREATE TABLE checkpoints (
  id TEXT PRIMARY KEY NOT NULL,
  at_millis INTEGER NOT NULL,
  target TEXT,
  state TEXT,
  previous_state TEXT,
  transition_type TEXT,
  detail TEXT NOT NULL,
  crc INTEGER NOT NULL
);
CREATE INDEX checkpoints_by_time ON checkpoints (at_millis, id);
CREATE INDEX checkpoints_by_target ON checkpoints (target, at_millis, id);
CREATE INDEX checkpoints_by_state ON checkpoints (state, at_millis, id);
CREATE INDEX checkpoints_by_previous_state ON checkpoints (previous_state, at_millis, id);
CREATE INDEX checkpoints_by_transition_type ON checkpoints (transition_type, at_millis, id);
CREATE TABLE guardrail_firings (
  id TEXT PRIMARY KEY NOT NULL,
  at_millis INTEGER NOT NULL,
  target TEXT,
  guardrail TEXT,
  status TEXT,
  severity TEXT,
  failure_kind TEXT,
  detail TEXT NOT NULL,
  crc INTEGER NOT NULL
);
CREATE INDEX guardrail_firings_by_time ON guardrail_firings (at_millis, id);
CREATE INDEX guardrail_firings_by_target ON guardrail_firings (target, at_millis, id);
CREATE INDEX guardrail_firings_by_guardrail ON guardrail_firings (guardrail, at_millis, id);
CREATE INDEX guardrail_firings_by_status ON guardrail_firings (status, at_millis, id);
CREATE INDEX guardrail_firings_by_severity ON guardrail_firings (severity, at_millis, id);
CREATE INDEX guardrail_firings_by_failure_kind ON guardrail_firings (failure_kind, at_millis, id);
CREATE TABLE incidents (
  id TEXT PRIMARY KEY NOT NULL,
  at_millis INTEGER NOT NULL,
  target TEXT,
  status TEXT,
  severity TEXT,
  failure_kind TEXT,
  detail TEXT NOT NULL,
  crc INTEGER NOT NULL
);
CREATE INDEX incidents_by_time ON incidents (at_millis, id);
CREATE INDEX incidents_by_target ON incidents (target, at_millis, id);
CREATE INDEX incidents_by_status ON incidents (status, at_millis, id);
CREATE INDEX incidents_by_severity ON incidents (severity, at_millis, id);
CREATE INDEX incidents_by_failure_kind ON incidents (failure_kind, at_millis, id);
CREATE TABLE mitigation_attempts (
  id TEXT PRIMARY KEY NOT NULL,
  at_millis INTEGER NOT NULL,
  target TEXT,
  strategy_name TEXT,
  status TEXT,
  outcome TEXT,
  incident_id TEXT,
  failure_kind TEXT,
  detail TEXT NOT NULL,
  crc INTEGER NOT NULL
);
CREATE INDEX mitigation_attempts_by_time ON mitigation_attempts (at_millis, id);
CREATE INDEX mitigation_attempts_by_target ON mitigation_attempts (target, at_millis, id);
CREATE INDEX mitigation_attempts_by_strategy_name ON mitigation_attempts (strategy_name, at_millis, id);
CREATE INDEX mitigation_attempts_by_status ON mitigation_attempts (status, at_millis, id);
CREATE INDEX mitigation_attempts_by_outcome ON mitigation_attempts (outcome, at_millis, id);
CREATE INDEX mitigation_attempts_by_incident_id ON mitigation_attempts (incident_id, at_millis, id);
CREATE INDEX mitigation_attempts_by_failure_kind ON mitigation_attempts (failure_kind, at_millis, id);
CREATE TABLE learning_data (
  id TEXT PRIMARY KEY NOT NULL,
  at_millis INTEGER NOT NULL,
  target TEXT,
  situation TEXT,
  strategy_name TEXT,
  outcome TEXT,
  detail TEXT NOT NULL,
  crc INTEGER NOT NULL
);
CREATE INDEX learning_data_by_time ON learning_data (at_millis, id);
CREATE INDEX learning_data_by_target ON learning_data (target, at_millis, id);
CREATE INDEX learning_data_by_situation ON learning_data (situation, at_millis, id);
CREATE INDEX learning_data_by_strategy_name ON learning_data (strategy_name, at_millis, id);
CREATE INDEX learning_data_by_outcome ON learning_data (outcome, at_millis, id);
CREATE TABLE plugins (
  id TEXT PRIMARY KEY NOT NULL,
  at_millis INTEGER NOT NULL,
  target TEXT,
  unit TEXT,
  code_kind TEXT,
  status TEXT,
  generation TEXT,
  code_hash TEXT,
  detail TEXT NOT NULL,
  crc INTEGER NOT NULL
);
CREATE INDEX plugins_by_time ON plugins (at_millis, id);
CREATE INDEX plugins_by_target ON plugins (target, at_millis, id);
CREATE INDEX plugins_by_unit ON plugins (unit, at_millis, id);
CREATE INDEX plugins_by_code_kind ON plugins (code_kind, at_millis, id);
CREATE INDEX plugins_by_status ON plugins (status, at_millis, id);
CREATE INDEX plugins_by_generation ON plugins (generation, at_millis, id);
CREATE INDEX plugins_by_code_hash ON plugins (code_hash, at_millis, id);
CREATE TABLE plugin_states (
  id TEXT PRIMARY KEY NOT NULL,
  at_millis INTEGER NOT NULL,
  target TEXT,
  unit TEXT,
  extension TEXT,
  detail TEXT NOT NULL,
  crc INTEGER NOT NULL
);
CREATE INDEX plugin_states_by_time ON plugin_states (at_millis, id);
CREATE INDEX plugin_states_by_target ON plugin_states (target, at_millis, id);
CREATE INDEX plugin_states_by_unit ON plugin_states (unit, at_millis, id);
CREATE INDEX plugin_states_by_extension ON plugin_states (extension, at_millis, id);
CREATE TABLE problems (
  id TEXT PRIMARY KEY NOT NULL,
  at_millis INTEGER NOT NULL,
  target TEXT,
  code TEXT,
  blame TEXT,
  subject TEXT,
  detail TEXT NOT NULL,
  crc INTEGER NOT NULL
);
CREATE INDEX problems_by_time ON problems (at_millis, id);
CREATE INDEX problems_by_target ON problems (target, at_millis, id);
CREATE INDEX problems_by_code ON problems (code, at_millis, id);
CREATE INDEX problems_by_blame ON problems (blame, at_millis, id);
CREATE INDEX problems_by_subject ON problems (subject, at_millis, id);
CREATE TABLE restore_reports (
  id TEXT PRIMARY KEY NOT NULL,
  at_millis INTEGER NOT NULL,
  target TEXT,
  detail TEXT NOT NULL,
  crc INTEGER NOT NULL
);
CREATE INDEX restore_reports_by_time ON restore_reports (at_millis, id);
CREATE INDEX restore_reports_by_target ON restore_reports (target, at_millis, id);
CREATE TABLE blobs (
  hash TEXT PRIMARY KEY NOT NULL,
  created_millis INTEGER NOT NULL,
  bytes BLOB NOT NULL
);
