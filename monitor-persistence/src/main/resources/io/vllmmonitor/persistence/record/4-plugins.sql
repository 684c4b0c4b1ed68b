CREATE TABLE plugin_transitions (
  id TEXT PRIMARY KEY NOT NULL,
  at_millis INTEGER NOT NULL,
  target TEXT,
  unit TEXT,
  generation TEXT,
  from_phase TEXT,
  to_phase TEXT,
  code TEXT,
  detail TEXT NOT NULL,
  crc INTEGER NOT NULL
);
CREATE INDEX plugin_transitions_by_time ON plugin_transitions (at_millis, id);
CREATE INDEX plugin_transitions_by_target ON plugin_transitions (target, at_millis, id);
CREATE INDEX plugin_transitions_by_unit ON plugin_transitions (unit, at_millis, id);
CREATE INDEX plugin_transitions_by_generation ON plugin_transitions (generation, at_millis, id);
CREATE INDEX plugin_transitions_by_from_phase ON plugin_transitions (from_phase, at_millis, id);
CREATE INDEX plugin_transitions_by_to_phase ON plugin_transitions (to_phase, at_millis, id);
CREATE INDEX plugin_transitions_by_code ON plugin_transitions (code, at_millis, id);
