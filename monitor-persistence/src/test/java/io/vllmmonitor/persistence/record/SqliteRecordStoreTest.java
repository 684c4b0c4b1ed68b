package io.vllmmonitor.persistence.record;

import io.vllmmonitor.api.store.RecordStore;
import io.vllmmonitor.persistence.engine.OpenStores;
import io.vllmmonitor.testkit.store.RecordStoreContract;
import io.vllmmonitor.testkit.time.ManualClock;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;

class SqliteRecordStoreTest extends RecordStoreContract {
  @TempDir Path folder;
  private @Nullable OpenStores stores;

  @Override
  protected RecordStore open() {
    OpenStores opened = OpenStores.in(folder, ManualClock.at("2026-11-25T12:00:00Z"));
    stores = opened;
    return opened.engine().records();
  }

  @Override
  protected void afterClose() {
    if (stores != null) {
      stores.close();
    }
  }
}
