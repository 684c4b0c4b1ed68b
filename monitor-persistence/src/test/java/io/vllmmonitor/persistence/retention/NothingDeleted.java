package io.vllmmonitor.persistence.retention;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.store.Capability;
import io.vllmmonitor.api.store.RecordKind;
import io.vllmmonitor.api.store.RecordPage;
import io.vllmmonitor.api.store.RecordQuery;
import io.vllmmonitor.api.store.RecordReader;
import io.vllmmonitor.api.store.RecordStore;
import io.vllmmonitor.api.store.StoredRecord;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** Records on a disk that is full to the last byte: they can be read, not changed. */
record NothingDeleted(RecordStore store) implements RecordStore {
  private static MonitorException full() {
    return new MonitorException(ErrorCode.STORE_FULL, Blame.ENVIRONMENT, "The disk is full");
  }

  @Override
  public Set<Capability> capabilities() {
    return store.capabilities();
  }

  @Override
  public void write(List<StoredRecord> records) {
    throw full();
  }

  @Override
  public int delete(RecordKind kind, Set<String> ids) {
    throw full();
  }

  @Override
  public void replace(Set<RecordKind> kinds, Iterator<StoredRecord> rows) {
    throw full();
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
  public long count(RecordKind kind) {
    return store.count(kind);
  }

  @Override
  public <T> T snapshot(Function<RecordReader, T> work) {
    return store.snapshot(work);
  }

  @Override
  public void close() {
    store.close();
  }
}
