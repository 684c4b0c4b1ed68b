package io.vllmmonitor.daemon.boot;

import io.vllmmonitor.api.history.Problem;
import io.vllmmonitor.api.sample.MetricCatalog;
import io.vllmmonitor.core.audit.AuditLog;
import io.vllmmonitor.core.identity.TimeOrderedIds;
import io.vllmmonitor.core.telemetry.Problems;
import io.vllmmonitor.persistence.config.PersistenceConfig;
import io.vllmmonitor.persistence.engine.DataDirectory;
import io.vllmmonitor.persistence.engine.StoreEngine;
import io.vllmmonitor.persistence.exchange.Exchange;
import io.vllmmonitor.persistence.exchange.ExchangeNote;
import io.vllmmonitor.persistence.exchange.ExchangeStores;
import io.vllmmonitor.persistence.memory.StoredMemory;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The locked data directory and its open store: the first thing a daemon needs, opened before
 * anything is wired, so that a directory it may not use ends the start with one clear error. Closed
 * through the closers.
 *
 * @param interruptedImport an import that a life before did not end
 */
record OpenedStore(
    DataDirectory directory,
    StoreEngine stores,
    MetricCatalog catalog,
    StoredMemory memory,
    Exchange exchange,
    Optional<Problem> interruptedImport) {
  private static final Logger log = LoggerFactory.getLogger(OpenedStore.class);

  static OpenedStore open(PersistenceConfig config, InstantSource clock, Closers closers) {
    DataDirectory directory =
        closers.add("data directory", DataDirectory.open(config.storageDir(), clock));
    MetricCatalog catalog = new MetricCatalog();
    StoreEngine stores =
        closers.add("store", StoreEngine.open(directory, config, catalog, clock, System::nanoTime));
    Exchange exchange =
        new Exchange(
            new ExchangeStores(stores.series(), stores.records(), stores.blobs()),
            directory.path(),
            ProductVersion.get(),
            clock,
            OpenedStore::log);
    Optional<Problem> interrupted = exchange.recover();
    return new OpenedStore(
        directory,
        stores,
        catalog,
        new StoredMemory(stores.series(), stores.records(), catalog),
        exchange,
        interrupted);
  }

  /** An audit for what works on the store without a daemon, or when the daemon is gone. */
  AuditLog audit(InstantSource clock) {
    return new AuditLog(
        clock, new TimeOrderedIds(clock, new SecureRandom()), memory, new Problems(clock, memory));
  }

  /** Where every export and import is logged; who wanted it is noted by whoever calls. */
  private static void log(ExchangeNote note) {
    log.info("{} {}: {}", note.action(), note.directory(), note.result());
  }
}
