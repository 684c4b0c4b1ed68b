CREATE TABLE metric_series (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  labels TEXT NOT NULL,
  metric_type TEXT NOT NULL,
  UNIQUE (name, labels)
);
CREATE TABLE metric_hours (
  series_id INTEGER NOT NULL,
  hour INTEGER NOT NULL,
  count INTEGER NOT NULL,
  min REAL,
  max REAL,
  sum REAL,
  last REAL,
  PRIMARY KEY (series_id, hour)
) WITHOUT ROWID;
CREATE VIEW metrics AS
SELECT
  strftime('%Y-%m-%dT%H:%M:%SZ', h.hour, 'unixepoch') AS timestamp,
  h.hour AS epoch_seconds,
  s.metric_type AS metric_type,
  s.name AS metric_name,
  s.labels AS tags,
  h.count AS count,
  h.min AS min,
  h.max AS max,
  h.sum AS sum,
  h.last AS last,
  h.sum / h.count AS value
FROM metric_hours h JOIN metric_series s ON s.id = h.series_id;
