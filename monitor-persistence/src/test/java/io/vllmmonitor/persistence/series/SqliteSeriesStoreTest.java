package io.vllmmonitor.persistence.series;

import io.vllmmonitor.api.store.SeriesStore;
import io.vllmmonitor.persistence.engine.OpenStores;
import io.vllmmonitor.testkit.store.SeriesStoreContract;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;

class SqliteSeriesStoreTest extends SeriesStoreContract {
  @TempDir Path folder;
  private @Nullable OpenStores stores;

  @Override
  protected SeriesStore open() {
    OpenStores opened = OpenStores.in(folder, clock);
    stores = opened;
    return opened.engine().series();
  }

  @Override
  protected void afterClose() {
    if (stores != null) {
      stores.close();
    }
  }
}
