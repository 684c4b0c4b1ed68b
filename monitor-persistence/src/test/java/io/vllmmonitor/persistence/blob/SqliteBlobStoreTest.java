package io.vllmmonitor.persistence.blob;

import io.vllmmonitor.api.store.BlobStore;
import io.vllmmonitor.persistence.engine.OpenStores;
import io.vllmmonitor.testkit.store.BlobStoreContract;
import io.vllmmonitor.testkit.time.ManualClock;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;

class SqliteBlobStoreTest extends BlobStoreContract {
  @TempDir Path folder;
  private @Nullable OpenStores stores;

  @Override
  protected BlobStore open() {
    OpenStores opened = OpenStores.in(folder, ManualClock.at("2026-11-25T12:00:00Z"));
    stores = opened;
    return opened.engine().blobs();
  }

  @Override
  protected void afterClose() {
    if (stores != null) {
      stores.close();
    }
  }
}
