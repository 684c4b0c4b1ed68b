package io.vllmmonitor.daemon.boot;

import io.vllmmonitor.api.history.AuditAction;
import io.vllmmonitor.core.audit.Deed;
import io.vllmmonitor.core.config.MonitorConfig;
import io.vllmmonitor.daemon.web.JobFacts;
import io.vllmmonitor.daemon.web.StoreJson;
import io.vllmmonitor.persistence.backup.BackupManifest;
import io.vllmmonitor.persistence.backup.Restoring;
import io.vllmmonitor.persistence.config.PersistenceConfig;
import io.vllmmonitor.persistence.retention.Retention;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import java.util.function.Supplier;

/** Commands on the store of a directory on which no daemon runs. Called by the command line. */
public final class OfflineStore {
  private static final String STORE = "store";

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
      return store
          .audit(clock)
          .around(
              new Deed(CommandLineUser.actor(), AuditAction.BACKUP, STORE),
              () ->
                  StoreJson.backup(store.stores().backups(clock, System::nanoTime).make())
                      .toString(),
              JobFacts::of);
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
      OpenedStore store = OpenedStore.open(persistence(config), clock, closers);
      Retention retention = store.stores().retention(clock);
      return store
          .audit(clock)
          .around(
              new Deed(CommandLineUser.actor(), AuditAction.RETENTION, STORE).dryRun(dryRun),
              () ->
                  StoreJson.retention(dryRun ? retention.plan() : retention.apply(), dryRun)
                      .toString(),
              JobFacts::of);
    }
  }

  private static PersistenceConfig persistence(MonitorConfig config) {
    return PersistenceConfig.from(config.data(), config.section("storage"));
  }

  /**
   * Restores a backup into a directory that does not exist or is empty, and opens it once to note
   * that in its audit.
   *
   * @param config loads the configuration of the restored directory
   * @return how many files were restored
   * @throws io.vllmmonitor.api.error.MonitorException BACKUP_INVALID, STORE_DIRECTORY_NOT_EMPTY and
   *     others when nothing was restored; STORE_… when the restored store cannot be opened
   */
  public static int restore(Path backup, Path directory, Supplier<MonitorConfig> config) {
    BackupManifest manifest = new Restoring(System::nanoTime).restore(backup, directory);
    int files = manifest.files().size();
    InstantSource clock = InstantSource.system();
    try (Closers closers = new Closers()) {
      OpenedStore.open(persistence(config.get()), clock, closers)
          .audit(clock)
          .done(
              new Deed(CommandLineUser.actor(), AuditAction.RESTORE, backup.toString()),
              Map.of("files", Integer.toString(files)));
    }
    return files;
  }
}
