CREATE TABLE series (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  labels TEXT NOT NULL,
  crc INTEGER NOT NULL,
  UNIQUE (name, labels)
);
CREATE TABLE shapes (
  id INTEGER PRIMARY KEY,
  target TEXT NOT NULL,
  members BLOB NOT NULL,
  crc INTEGER NOT NULL
);
CREATE TABLE journal (
  id INTEGER PRIMARY KEY,
  at_millis INTEGER AS (id >> 16) VIRTUAL,
  shape INTEGER NOT NULL,
  crc INTEGER NOT NULL,
  samples BLOB NOT NULL
);
CREATE INDEX journal_shape ON journal (shape);
CREATE TABLE totals (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  samples INTEGER NOT NULL
);
INSERT INTO totals VALUES (1, 0);
