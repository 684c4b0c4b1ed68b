package io.vllmmonitor.testkit.store;

import io.vllmmonitor.api.store.SeriesStore;

class InMemorySeriesStoreTest extends SeriesStoreContract {
  @Override
  protected SeriesStore open() {
    return new InMemorySeriesStore(clock);
  }
}
