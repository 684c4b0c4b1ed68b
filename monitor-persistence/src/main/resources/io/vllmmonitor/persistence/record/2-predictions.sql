CREATE TABLE predictions (
  id TEXT PRIMARY KEY NOT NULL,
  at_millis INTEGER NOT NULL,
  target TEXT,
  failure_type TEXT,
  current_state TEXT,
  predicted_failure_state TEXT,
  confidence TEXT,
  actual_outcome TEXT,
  detail TEXT NOT NULL,
  crc INTEGER NOT NULL
);
CREATE INDEX predictions_by_time ON predictions (at_millis, id);
CREATE INDEX predictions_by_target ON predictions (target, at_millis, id);
CREATE INDEX predictions_by_failure_type ON predictions (failure_type, at_millis, id);
CREATE INDEX predictions_by_current_state ON predictions (current_state, at_millis, id);
CREATE INDEX predictions_by_predicted_failure_state ON predictions (predicted_failure_state, at_millis, id);
CREATE INDEX predictions_by_confidence ON predictions (confidence, at_millis, id);
CREATE INDEX predictions_by_actual_outcome ON predictions (actual_outcome, at_millis, id);
CREATE TABLE happy_paths (
  id TEXT PRIMARY KEY NOT NULL,
  at_millis INTEGER NOT NULL,
  target TEXT,
  name TEXT,
  start_state TEXT,
  end_state TEXT,
  detail TEXT NOT NULL,
  crc INTEGER NOT NULL
);
CREATE INDEX happy_paths_by_time ON happy_paths (at_millis, id);
CREATE INDEX happy_paths_by_target ON happy_paths (target, at_millis, id);
CREATE INDEX happy_paths_by_name ON happy_paths (name, at_millis, id);
CREATE INDEX happy_paths_by_start_state ON happy_paths (start_state, at_millis, id);
CREATE INDEX happy_paths_by_end_state ON happy_paths (end_state, at_millis, id);
CREATE TABLE audit (
  id TEXT PRIMARY KEY NOT NULL,
  at_millis INTEGER NOT NULL,
  target TEXT,
  action TEXT,
  actor TEXT,
  subject TEXT,
  result TEXT,
  detail TEXT NOT NULL,
  crc INTEGER NOT NULL
);
CREATE INDEX audit_by_time ON audit (at_millis, id);
CREATE INDEX audit_by_target ON audit (target, at_millis, id);
CREATE INDEX audit_by_action ON audit (action, at_millis, id);
CREATE INDEX audit_by_actor ON audit (actor, at_millis, id);
CREATE INDEX audit_by_subject ON audit (subject, at_millis, id);
CREATE INDEX audit_by_result ON audit (result, at_millis, id);
