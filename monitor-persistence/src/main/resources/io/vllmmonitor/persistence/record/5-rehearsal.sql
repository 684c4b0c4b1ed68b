CREATE TABLE rehearsals (
  id TEXT PRIMARY KEY NOT NULL,
  at_millis INTEGER NOT NULL,
  target TEXT,
  unit TEXT,
  code_hash TEXT,
  result TEXT,
  detail TEXT NOT NULL,
  crc INTEGER NOT NULL
);
CREATE INDEX rehearsals_by_time ON rehearsals (at_millis, id);
CREATE INDEX rehearsals_by_target ON rehearsals (target, at_millis, id);
CREATE INDEX rehearsals_by_unit ON rehearsals (unit, at_millis, id);
CREATE INDEX rehearsals_by_code_hash ON rehearsals (code_hash, at_millis, id);
CREATE INDEX rehearsals_by_result ON rehearsals (result, at_millis, id);
CREATE TABLE verdicts (
  id TEXT PRIMARY KEY NOT NULL,
  at_millis INTEGER NOT NULL,
  target TEXT,
  guardrail TEXT,
  verdict TEXT,
  code_hash TEXT,
  detail TEXT NOT NULL,
  crc INTEGER NOT NULL
);
CREATE INDEX verdicts_by_time ON verdicts (at_millis, id);
CREATE INDEX verdicts_by_target ON verdicts (target, at_millis, id);
CREATE INDEX verdicts_by_guardrail ON verdicts (guardrail, at_millis, id);
CREATE INDEX verdicts_by_verdict ON verdicts (verdict, at_millis, id);
CREATE INDEX verdicts_by_code_hash ON verdicts (code_hash, at_millis, id);
CREATE TABLE state_versions (
  id TEXT PRIMARY KEY NOT NULL,
  at_millis INTEGER NOT NULL,
  target TEXT,
  detail TEXT NOT NULL,
  crc INTEGER NOT NULL
);
CREATE INDEX state_versions_by_time ON state_versions (at_millis, id);
CREATE INDEX state_versions_by_target ON state_versions (target, at_millis, id);
