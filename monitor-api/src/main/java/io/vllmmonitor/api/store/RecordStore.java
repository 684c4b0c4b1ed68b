package io.vllmmonitor.api.store;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Keeps records: rows that carry decisions. Thread-safe; writes are serialised by the store. */
public interface RecordStore extends AutoCloseable {
  Set<Capability> capabilities();

  /**
   * Stores rows in one transaction, all or none, durable when it returns as far as the store
   * declares it. A row of the same kind and id replaces the older one.
   *
   * @throws io.vllmmonitor.api.error.MonitorException STORE_FULL, STORE_IO or STORE_CLOSED; then
   *     nothing was stored
   */
  void write(List<StoredRecord> records);

  Optional<StoredRecord> find(RecordKind kind, String id);

  /**
   * One page of rows, newest first.
   *
   * @throws io.vllmmonitor.api.error.MonitorException CURSOR_INVALID for a cursor this store did
   *     not give
   */
  RecordPage query(RecordQuery query);

  /**
   * Forgets rows in one transaction; ids that are not there are passed over.
   *
   * @return how many were there
   * @throws io.vllmmonitor.api.error.MonitorException STORE_FULL, STORE_IO or STORE_CLOSED; then
   *     all are still there
   */
  int delete(RecordKind kind, Set<String> ids);

  /** How many rows a table holds. */
  long count(RecordKind kind);

  @Override
  void close();
}
