package io.vllmmonitor.daemon.boot;

import com.google.inject.AbstractModule;
import com.google.inject.Provides;
import com.google.inject.Singleton;
import io.vllmmonitor.api.history.History;
import io.vllmmonitor.api.history.Recorder;
import io.vllmmonitor.api.sample.MetricCatalog;
import io.vllmmonitor.api.store.BlobStore;
import io.vllmmonitor.api.store.SeriesStore;
import io.vllmmonitor.core.config.MonitorConfig;
import io.vllmmonitor.daemon.web.PrometheusReads;
import io.vllmmonitor.persistence.engine.DataDirectory;
import io.vllmmonitor.persistence.engine.StoreEngine;
import io.vllmmonitor.persistence.memory.StoredMemory;
import io.vllmmonitor.persistence.query.PromQuery;
import io.vllmmonitor.persistence.query.QueryLimits;
import java.time.InstantSource;

/** Binds the data directory, the stores and what reads and writes through them. */
final class StoreModule extends AbstractModule {
  @Override
  protected void configure() {
    bind(MetricCatalog.class).toInstance(new MetricCatalog());
  }

  @Provides
  @Singleton
  DataDirectory directory(MonitorConfig config, InstantSource clock, Closers closers) {
    return closers.add("data directory", DataDirectory.open(config.data(), clock));
  }

  @Provides
  @Singleton
  StoreEngine stores(DataDirectory directory, InstantSource clock, Closers closers) {
    return closers.add("store", StoreEngine.open(directory, clock, System::nanoTime));
  }

  @Provides
  @Singleton
  SeriesStore series(StoreEngine stores) {
    return stores.series();
  }

  @Provides
  @Singleton
  BlobStore blobs(StoreEngine stores) {
    return stores.blobs();
  }

  @Provides
  @Singleton
  StoredMemory memory(StoreEngine stores, MetricCatalog catalog) {
    return new StoredMemory(stores.series(), stores.records(), catalog);
  }

  @Provides
  @Singleton
  History history(StoredMemory memory) {
    return memory;
  }

  @Provides
  @Singleton
  Recorder recorder(StoredMemory memory) {
    return memory;
  }

  @Provides
  @Singleton
  PrometheusReads prometheus(SeriesStore series, MetricCatalog catalog) {
    return new StoredPrometheus(
        new PromQuery(series, catalog, QueryLimits.standard(), System::nanoTime));
  }
}
