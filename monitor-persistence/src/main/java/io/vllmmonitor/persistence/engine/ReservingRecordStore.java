package io.vllmmonitor.persistence.engine;

import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.store.Capability;
import io.vllmmonitor.api.store.RecordKind;
import io.vllmmonitor.api.store.RecordPage;
import io.vllmmonitor.api.store.RecordQuery;
import io.vllmmonitor.api.store.RecordReader;
import io.vllmmonitor.api.store.RecordSelection;
import io.vllmmonitor.api.store.RecordStore;
import io.vllmmonitor.api.store.StoredRecord;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** Records that take the reserve when the disk is full: decisions come before samples. */
final class ReservingRecordStore implements RecordStore {
  private final RecordStore store;
  private final DiskReserve reserve;

  ReservingRecordStore(RecordStore store, DiskReserve reserve) {
    this.store = store;
    this.reserve = reserve;
  }

  /** Once more after the reserve was released; a failed write has kept nothing. */
  static <T> T withReserve(DiskReserve reserve, Supplier<T> write) {
    try {
      return write.get();
    } catch (MonitorException e) {
      if (e.code() == ErrorCode.STORE_FULL && reserve.release()) {
        return write.get();
      }
      throw e;
    }
  }

  @Override
  public Set<Capability> capabilities() {
    return store.capabilities();
  }

  @Override
  public void write(List<StoredRecord> records) {
    boolean unused =
        withReserve(
            reserve,
            () -> {
              store.write(records);
              return true;
            });
  }

  @Override
  public Optional<StoredRecord> find(RecordKind kind, String id) {
    return store.find(kind, id);
  }

  @Override
  public RecordPage query(RecordQuery query) {
    return store.query(query);
  }

  @Override
  public RecordSelection select(RecordQuery query, Predicate<StoredRecord> wanted) {
    return store.select(query, wanted);
  }

  @Override
  public int delete(RecordKind kind, Set<String> ids) {
    return withReserve(reserve, () -> store.delete(kind, ids));
  }

  @Override
  public <T> T snapshot(Function<RecordReader, T> work) {
    return store.snapshot(work);
  }

  @Override
  public void replace(Set<RecordKind> kinds, Iterator<StoredRecord> rows) {
    store.replace(kinds, rows);
  }

  @Override
  public long count(RecordKind kind) {
    return store.count(kind);
  }

  @Override
  public void close() {
    store.close();
  }
}
