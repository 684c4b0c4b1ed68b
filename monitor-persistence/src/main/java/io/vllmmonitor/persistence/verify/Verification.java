package io.vllmmonitor.persistence.verify;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.store.StorageBackend;
import io.vllmmonitor.persistence.backup.BackupCheck;
import io.vllmmonitor.persistence.backup.BackupManifest;
import io.vllmmonitor.persistence.config.PersistenceConfig;
import io.vllmmonitor.persistence.sqlite.SqliteFile;
import io.vllmmonitor.persistence.sqlite.SqliteInspection;
import io.vllmmonitor.persistence.twin.Twins;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * Reads all that a data directory or a backup holds and tells what is wrong with it; changes
 * nothing. Each SQLite file is read on a snapshot of its own, so that it may be in use: writing to
 * it goes on, its log grows meanwhile. Files of JSON lines are read while their store does not
 * rewrite them; lines are appended meanwhile. Called by the daemon's job and by the verb {@code
 * verify}, from any thread; takes as long as the store is large.
 */
public final class Verification {
  private final InstantSource clock;
  private final LongSupplier nanoTicker;

  /**
   * @param clock dates the report
   * @param nanoTicker such as {@code System::nanoTime}
   */
  public Verification(InstantSource clock, LongSupplier nanoTicker) {
    this.clock = requireNonNull(clock, "clock");
    this.nanoTicker = requireNonNull(nanoTicker, "nanoTicker");
  }

  /**
   * Looks whether there is anything that could be checked; for those who lock the directory first.
   *
   * @param database the name of the file of records that a SQLite form has
   * @throws MonitorException CONFIG_INVALID_VALUE when there is not
   */
  public static void requireStore(Path directory, String database) {
    if (Files.notExists(directory.resolve(database))
        && Files.notExists(SqliteFile.markOf(directory.resolve(database)))
        && Files.notExists(directory.resolve(JsonContent.RECORDS))
        && Files.notExists(directory.resolve(StoreFolder.METRICS))) {
      throw new MonitorException(
          ErrorCode.CONFIG_INVALID_VALUE,
          Blame.OPERATOR,
          "There is no store in "
              + directory
              + ", neither "
              + database
              + " nor "
              + JsonContent.RECORDS
              + " nor "
              + StoreFolder.METRICS
              + "; name the directory with --data");
    }
  }

  /**
   * Checks a data directory.
   *
   * @param form names the directory, and has the form of what lies there
   * @param usage who works in it meanwhile
   * @throws MonitorException CONFIG_INVALID_VALUE when there is no store; STORE_FOREIGN or
   *     STORE_NEWER when the records are not of this program; STORE_IO when the directory cannot be
   *     read; what the watch throws
   */
  public VerifyReport directory(PersistenceConfig form, Usage usage, VerifyWatch watch) {
    Path directory = form.storageDir();
    requireStore(directory, form.files().db());
    Instant at = clock.instant();
    Tally tally = new Tally(watch);
    checkContent(new StoreFolder(directory, tally), form, usage);
    long free = free(directory);
    if (free < form.reserveSize()) {
      tally.note("only " + free + " bytes are free on the disk, fewer than storage.reserve_size");
    }
    return tally.report(directory, false, at, free);
  }

  /**
   * Checks a backup: every file against the manifest, then what the files hold.
   *
   * @param form has the form of what lies in the backup
   * @throws MonitorException BACKUP_INVALID when it has no manifest that can be read; STORE_IO when
   *     it cannot be listed; what the watch throws
   */
  public VerifyReport backup(Path backup, PersistenceConfig form, VerifyWatch watch) {
    Instant at = clock.instant();
    Tally tally = new Tally(watch);
    StoreFolder folder = new StoreFolder(backup, tally);
    BackupManifest manifest = BackupCheck.check(backup, new ManifestFindings(tally));
    tally.note("the backup was begun at " + manifest.at());
    try {
      checkContent(folder, form, Usage.atRest());
    } catch (MonitorException e) {
      folder.throwIfEnded(e);
      String records =
          form.backend() == StorageBackend.JSON ? JsonContent.RECORDS : form.files().db();
      tally.unopened(records, e);
    }
    return tally.report(backup, true, at, free(backup));
  }

  /** What differs from the manifest. */
  private record ManifestFindings(Tally tally) implements BackupCheck.Findings {
    @Override
    public void begin(BackupManifest.Entry entry) {
      tally.begin(Tally.BACKUP, entry.path(), entry.bytes());
      tally.checked(Tally.BACKUP, "files", 1);
    }

    @Override
    public void found(String path, String what) {
      tally.found(Tally.BACKUP, path, what);
    }

    @Override
    public void unnamed(String path) {
      tally.note(path + " is not named by the manifest; a restore leaves it out");
    }
  }

  private void checkContent(StoreFolder folder, PersistenceConfig form, Usage usage) {
    Tally tally = folder.tally();
    String database = form.files().db();
    switch (form.backend()) {
      case JSON -> new JsonContent(folder, usage).check();
      case SQLITE, HYBRID -> {
        SqliteInspection inspection =
            new SqliteInspection(clock, nanoTicker, usage.isAtRest(), tally::isStopped);
        new SqliteContent(folder, database, inspection).check();
      }
    }
    if (form.backend() == StorageBackend.HYBRID) {
      noteTwins(folder, form.files());
    }
  }

  /** Nothing is ever read back from a twin, so one that somebody edited is no damage. */
  private void noteTwins(StoreFolder folder, PersistenceConfig.FileNames files) {
    Twins twins = new Twins(folder.path(), files.db(), clock);
    List<String> names =
        new ArrayList<>(
            List.of(files.plugins(), files.guardrails(), files.strategies(), files.happyPaths()));
    names.addAll(twins.in(files.models()));
    for (String name : names) {
      folder.tally().look();
      twins
          .difference(name)
          .ifPresent(
              found ->
                  folder
                      .tally()
                      .note(
                          name
                              + " was changed by somebody ("
                              + found
                              + "); it is a readable copy of "
                              + files.db()
                              + " and is written again"));
    }
  }

  private static long free(Path directory) {
    try {
      return Files.getFileStore(directory).getUsableSpace();
    } catch (IOException e) {
      throw StoreFolder.unreadable(directory, e);
    }
  }
}
