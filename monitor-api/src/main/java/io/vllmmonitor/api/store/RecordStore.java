package io.vllmmonitor.api.store;

import io.vllmmonitor.api.extension.Incubating;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/** Keeps records: rows that carry decisions. Thread-safe; writes are serialised by the store. */
@Incubating(review = "2027-03-01")
public interface RecordStore extends RecordReader, AutoCloseable {
  /** What this store can do. */
  Set<Capability> capabilities();

  /**
   * Stores rows in one transaction, all or none, durable when it returns as far as the store
   * declares it. A row of the same kind and id replaces the older one.
   *
   * @throws io.vllmmonitor.api.error.MonitorException STORE_FULL, STORE_IO or STORE_CLOSED; then
   *     nothing was stored
   */
  void write(List<StoredRecord> records);

  /**
   * Runs reads on the state of all tables at this moment: what is written meanwhile, even before
   * the first read, is not seen. The reader is good only within the call, on its thread. Keep it
   * short; it may hold up writers of much.
   */
  <T> T snapshot(Function<RecordReader, T> work);

  /**
   * Forgets every row of these kinds and stores others in their place, in one transaction, all or
   * none. The rows are taken one by one, so that there may be more than memory holds; of two with
   * one kind and id the later stays.
   *
   * @param kinds what the rows belong to; rows of other kinds are refused
   * @throws io.vllmmonitor.api.error.MonitorException STORE_FULL, STORE_IO or STORE_CLOSED; then
   *     nothing was changed, as when the iterator throws
   */
  void replace(Set<RecordKind> kinds, Iterator<StoredRecord> rows);

  /**
   * Forgets rows in one transaction; ids that are not there are passed over.
   *
   * @return how many were there
   * @throws io.vllmmonitor.api.error.MonitorException STORE_FULL, STORE_IO or STORE_CLOSED; then
   *     all are still there
   */
  int delete(RecordKind kind, Set<String> ids);

  @Override
  void close();
}
