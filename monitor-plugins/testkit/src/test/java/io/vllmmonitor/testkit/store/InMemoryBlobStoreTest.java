package io.vllmmonitor.testkit.store;

import io.vllmmonitor.api.store.BlobStore;

class InMemoryBlobStoreTest extends BlobStoreContract {
  @Override
  protected BlobStore open() {
    return new InMemoryBlobStore();
  }
}
