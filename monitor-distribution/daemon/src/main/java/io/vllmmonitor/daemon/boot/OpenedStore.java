package io.vllmmonitor.daemon.boot;

import io.vllmmonitor.api.sample.MetricCatalog;
import io.vllmmonitor.persistence.engine.DataDirectory;
import io.vllmmonitor.persistence.engine.StoreEngine;
import io.vllmmonitor.persistence.memory.StoredMemory;
import java.nio.file.Path;
import java.time.InstantSource;

/**
 * The locked data directory and its open store: the first thing a daemon needs, opened before
 * anything is wired, so that a directory it may not use ends the start with one clear error. Closed
 * through the closers.
 */
record OpenedStore(
    DataDirectory directory, StoreEngine stores, MetricCatalog catalog, StoredMemory memory) {
  static OpenedStore open(Path data, InstantSource clock, Closers closers) {
    DataDirectory directory = closers.add("data directory", DataDirectory.open(data, clock));
    StoreEngine stores = closers.add("store", StoreEngine.open(directory, clock, System::nanoTime));
    MetricCatalog catalog = new MetricCatalog();
    return new OpenedStore(
        directory, stores, catalog, new StoredMemory(stores.series(), stores.records(), catalog));
  }
}
