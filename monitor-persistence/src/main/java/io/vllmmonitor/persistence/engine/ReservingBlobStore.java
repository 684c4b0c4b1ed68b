package io.vllmmonitor.persistence.engine;

import io.vllmmonitor.api.store.BlobStore;
import io.vllmmonitor.api.store.Capability;
import java.util.List;
import java.util.Set;

/** Blobs that take the reserve when the disk is full. */
final class ReservingBlobStore implements BlobStore {
  private final BlobStore store;
  private final DiskReserve reserve;

  ReservingBlobStore(BlobStore store, DiskReserve reserve) {
    this.store = store;
    this.reserve = reserve;
  }

  @Override
  public Set<Capability> capabilities() {
    return store.capabilities();
  }

  @Override
  public String put(byte[] bytes) {
    return ReservingRecordStore.withReserve(reserve, () -> store.put(bytes));
  }

  @Override
  public boolean contains(String hash) {
    return store.contains(hash);
  }

  @Override
  public byte[] get(String hash) {
    return store.get(hash);
  }

  @Override
  public List<String> hashes() {
    return store.hashes();
  }

  @Override
  public void close() {
    store.close();
  }
}
