package io.vllmmonitor.testkit.store;

import io.vllmmonitor.api.store.RecordStore;

class InMemoryRecordStoreTest extends RecordStoreContract {
  @Override
  protected RecordStore open() {
    return new InMemoryRecordStore();
  }
}
