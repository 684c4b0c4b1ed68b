package io.vllmmonitor.daemon.boot;

import io.vllmmonitor.core.config.MonitorConfig;
import io.vllmmonitor.daemon.web.StoreJson;
import io.vllmmonitor.persistence.backup.BackupManifest;
import io.vllmmonitor.persistence.backup.Restoring;
import io.vllmmonitor.persistence.config.PersistenceConfig;
import io.vllmmonitor.persistence.engine.DataDirectory;
import io.vllmmonitor.persistence.retention.Retention;
import io.vllmmonitor.persistence.verify.Verification;
import io.vllmmonitor.persistence.verify.VerifyReport;
import io.vllmmonitor.persistence.verify.VerifyWatch;
import java.nio.file.Path;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/** Commands on the store of a directory on which no daemon runs. Called by the command line. */
public final class OfflineStore {
  private OfflineStore() {}

  /**
   * Makes a backup.
   *
   * @return what the REST API gives as the result of the job
   * @throws io.vllmmonitor.api.error.MonitorException STORE_OWNED, STORE_DAMAGED and what a backup
   *     throws
   */
  public static String backUp(MonitorConfig config) {
    InstantSource clock = InstantSource.system();
    try (Closers closers = new Closers()) {
      OpenedStore store = OpenedStore.open(persistence(config), clock, closers);
      return StoreJson.backup(store.stores().backups(clock, System::nanoTime).make()).toString();
    }
  }

  /**
   * Forgets what is old, or says what that would be.
   *
   * @return what the REST API gives as the result of the job
   */
  public static String forget(MonitorConfig config, boolean dryRun) {
    InstantSource clock = InstantSource.system();
    try (Closers closers = new Closers()) {
      Retention retention =
          OpenedStore.open(persistence(config), clock, closers).stores().retention(clock);
      return StoreJson.retention(dryRun ? retention.plan() : retention.apply(), dryRun).toString();
    }
  }

  /**
   * Reads all of the data directory, which is locked meanwhile, or of a backup; changes nothing.
   *
   * @param backup the folder of a backup; null means the data directory
   * @return what the REST API gives as the result of the job
   * @throws io.vllmmonitor.api.error.MonitorException CONFIG_INVALID_VALUE when there is no store;
   *     STORE_OWNED, STORE_FOREIGN, STORE_NEWER, STORE_IO; BACKUP_INVALID
   */
  public static String verify(MonitorConfig config, @Nullable Path backup) {
    InstantSource clock = InstantSource.system();
    PersistenceConfig persistence = persistence(config);
    try (Closers closers = new Closers()) {
      if (backup == null) {
        Verification.requireStore(config.data(), persistence.files().db());
        var unused = closers.add("data directory", DataDirectory.open(config.data(), clock));
      }
      VerifyWatch watch = VerifyWatch.none();
      VerifyReport report = Verifying.run(persistence, backup, true, clock, watch);
      return StoreJson.verification(report).toString();
    }
  }

  private static PersistenceConfig persistence(MonitorConfig config) {
    return PersistenceConfig.from(config.data(), config.section("storage"));
  }

  /**
   * Restores a backup into a directory that does not exist or is empty.
   *
   * @return how many files were restored
   */
  public static int restore(Path backup, Path directory) {
    BackupManifest manifest = new Restoring(System::nanoTime).restore(backup, directory);
    return manifest.files().size();
  }
}
