CREATE TABLE series_without_index (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  labels TEXT NOT NULL,
  crc INTEGER NOT NULL
);
INSERT INTO series_without_index SELECT id, name, labels, crc FROM series ORDER BY id;
DROP TABLE series;
ALTER TABLE series_without_index RENAME TO series;
