package io.vllmmonitor.daemon.boot;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.store.StorageBackend;
import io.vllmmonitor.persistence.config.PersistenceConfig;
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
   * Reads all of a data directory or of a backup.
   *
   * @param backup the folder of a backup; null means the data directory
   * @param atRest whether nobody has the data directory open
   * @throws MonitorException CONFIG_INVALID_VALUE for a back end without SQLite files, and what
   *     {@link Verification} throws
   */
  static VerifyReport run(
      PersistenceConfig config,
      @Nullable Path backup,
      boolean atRest,
      InstantSource clock,
      VerifyWatch watch) {
    Verification verification = new Verification(clock, System::nanoTime);
    String database = config.files().db();
    if (backup != null) {
      return verification.backup(backup, database, watch);
    }
    if (config.backend() == StorageBackend.JSON) {
      throw new MonitorException(
          ErrorCode.CONFIG_INVALID_VALUE,
          Blame.OPERATOR,
          "Section 'storage': configuration key 'backend' is 'json'; verification reads the SQLite"
              + " files of hybrid and sqlite. Export the store instead: that reads and checks all"
              + " of it");
    }
    return verification.directory(
        config.storageDir(), database, atRest, config.reserveSize(), watch);
  }
}
