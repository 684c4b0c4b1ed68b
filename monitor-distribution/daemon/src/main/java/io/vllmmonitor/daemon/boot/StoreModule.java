package io.vllmmonitor.daemon.boot;

import static java.util.Objects.requireNonNull;

import com.google.inject.AbstractModule;
import com.google.inject.Provides;
import com.google.inject.Singleton;
import io.vllmmonitor.api.history.History;
import io.vllmmonitor.api.history.Recorder;
import io.vllmmonitor.api.sample.MetricCatalog;
import io.vllmmonitor.api.store.BlobStore;
import io.vllmmonitor.api.store.SeriesStore;
import io.vllmmonitor.daemon.web.PrometheusReads;
import io.vllmmonitor.persistence.engine.DataDirectory;
import io.vllmmonitor.persistence.engine.StoreEngine;
import io.vllmmonitor.persistence.exchange.Exchange;
import io.vllmmonitor.persistence.query.PromQuery;
import io.vllmmonitor.persistence.query.QueryLimits;

/** Binds the store that was opened, and what reads and writes through it. */
final class StoreModule extends AbstractModule {
  private final OpenedStore store;

  StoreModule(OpenedStore store) {
    this.store = requireNonNull(store, "store");
  }

  @Override
  protected void configure() {
    bind(DataDirectory.class).toInstance(store.directory());
    bind(StoreEngine.class).toInstance(store.stores());
    bind(SeriesStore.class).toInstance(store.stores().series());
    bind(BlobStore.class).toInstance(store.stores().blobs());
    bind(MetricCatalog.class).toInstance(store.catalog());
    bind(Exchange.class).toInstance(store.exchange());
    bind(OpenedStore.class).toInstance(store);
    bind(History.class).toInstance(store.memory());
    bind(Recorder.class).toInstance(store.memory());
  }

  @Provides
  @Singleton
  PrometheusReads prometheus(SeriesStore series, MetricCatalog catalog) {
    return new StoredPrometheus(
        new PromQuery(series, catalog, QueryLimits.standard(), System::nanoTime));
  }
}
