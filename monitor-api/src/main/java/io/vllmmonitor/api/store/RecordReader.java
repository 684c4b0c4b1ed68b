package io.vllmmonitor.api.store;

import java.util.Optional;

/** Reads records. A store is one; so is the snapshot of a store. */
public interface RecordReader {
  Optional<StoredRecord> find(RecordKind kind, String id);

  /**
   * One page of rows, newest first.
   *
   * @throws io.vllmmonitor.api.error.MonitorException CURSOR_INVALID for a cursor this store did
   *     not give
   */
  RecordPage query(RecordQuery query);

  /** How many rows a table holds. */
  long count(RecordKind kind);
}
