package io.vllmmonitor.daemon.boot;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.history.AuditAction;
import io.vllmmonitor.api.store.StorageBackend;
import io.vllmmonitor.core.audit.Deed;
import io.vllmmonitor.core.config.MonitorConfig;
import io.vllmmonitor.daemon.web.JobFacts;
import io.vllmmonitor.daemon.web.StoreJson;
import io.vllmmonitor.persistence.backup.BackupManifest;
import io.vllmmonitor.persistence.backup.Restoring;
import io.vllmmonitor.persistence.config.PersistenceConfig;
import io.vllmmonitor.persistence.engine.Conversion;
import io.vllmmonitor.persistence.engine.DataDirectory;
import io.vllmmonitor.persistence.engine.StoreEngine;
import io.vllmmonitor.persistence.exchange.ExchangeProgress;
import io.vllmmonitor.persistence.retention.Retention;
import io.vllmmonitor.persistence.verify.Usage;
import io.vllmmonitor.persistence.verify.Verification;
import io.vllmmonitor.persistence.verify.VerifyReport;
import io.vllmmonitor.persistence.verify.VerifyWatch;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

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

  /**
   * Brings the store into another form.
   *
   * @param form how configurations spell it
   * @return what was done, as the command line prints it with {@code --json}
   * @throws MonitorException CONFIG_INVALID_VALUE for an unknown form, for the one it has, and
   *     where there is no store; STORE_OWNED, and what a conversion throws. Then nothing was
   *     changed
   */
  public static String convert(MonitorConfig config, String form) {
    StorageBackend wanted =
        Arrays.stream(StorageBackend.values())
            .filter(known -> known.name().toLowerCase(Locale.ROOT).equals(form))
            .findFirst()
            .orElseThrow(
                () ->
                    new MonitorException(
                        ErrorCode.CONFIG_INVALID_VALUE,
                        Blame.OPERATOR,
                        "'" + form + "' is no form of a store; expected hybrid, sqlite or json"));
    InstantSource clock = InstantSource.system();
    String result;
    try (Closers closers = new Closers()) {
      DataDirectory directory =
          closers.add("data directory", DataDirectory.open(config.data(), clock));
      Conversion conversion =
          new Conversion(directory, persistence(config), clock, System::nanoTime);
      result = StoreJson.conversion(conversion.to(wanted, new ExchangeProgress())).toString();
    }
    try (Closers closers = new Closers()) {
      OpenedStore.open(persistence(config), clock, closers)
          .audit(clock)
          .done(new Deed(CommandLineUser.actor(), AuditAction.CONVERT, STORE), Map.of("to", form));
    }
    return result;
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
      VerifyReport report = Verifying.run(persistence, backup, Usage.atRest(), clock, watch);
      return StoreJson.verification(report).toString();
    }
  }

  private static PersistenceConfig persistence(MonitorConfig config) {
    return StoreEngine.adopt(PersistenceConfig.from(config.data(), config.section("storage")));
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
