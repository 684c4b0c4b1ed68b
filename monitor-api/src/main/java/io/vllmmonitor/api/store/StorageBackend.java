package io.vllmmonitor.api.store;

/** The forms in which the monitor can keep its memory. */
public enum StorageBackend {
  /** Everything in SQLite files. */
  SQLITE,
  /** Everything in JSON files, for people who want to search them with text tools. */
  JSON,
  /** SQLite is the truth, JSON files are readable twins. */
  HYBRID
}
