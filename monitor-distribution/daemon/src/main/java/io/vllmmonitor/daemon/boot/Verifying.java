package io.vllmmonitor.daemon.boot;

import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.persistence.config.PersistenceConfig;
import io.vllmmonitor.persistence.engine.StoreEngine;
import io.vllmmonitor.persistence.verify.Usage;
import io.vllmmonitor.persistence.verify.Verification;
import io.vllmmonitor.persistence.verify.VerifyReport;
import io.vllmmonitor.persistence.verify.VerifyWatch;
import java.nio.file.Path;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/** Verifies what a configuration names, with and without a daemon. */
final class Verifying {
  private Verifying() {}

  /**
   * Reads all of a data directory or of a backup, in the form that it has.
   *
   * @param backup the folder of a backup; null means the data directory
   * @param usage who works in the data directory meanwhile
   * @throws MonitorException STORE_DAMAGED or STORE_NEWER when its {@code store.json} cannot be
   *     understood, and what {@link Verification} throws
   */
  static VerifyReport run(
      PersistenceConfig config,
      @Nullable Path backup,
      Usage usage,
      InstantSource clock,
      VerifyWatch watch) {
    Verification verification = new Verification(clock, System::nanoTime);
    if (backup == null) {
      return verification.directory(StoreEngine.adopt(config), usage, watch);
    }
    return verification.backup(backup, StoreEngine.adopt(backup, config), watch);
  }
}
