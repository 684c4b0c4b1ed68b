package io.vllmmonitor.persistence.verify;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.persistence.backup.BackupCheck;
import io.vllmmonitor.persistence.backup.BackupManifest;
import io.vllmmonitor.persistence.rollup.MonthFileCheck;
import io.vllmmonitor.persistence.series.DayFileCheck;
import io.vllmmonitor.persistence.sqlite.SqliteFile;
import io.vllmmonitor.persistence.sqlite.SqliteInspection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Reads all that a data directory or a backup holds and tells what is wrong with it; changes
 * nothing. Each SQLite file is read on a snapshot of its own, so that it may be in use: writing to
 * it goes on, its log grows meanwhile. Called by the daemon's job and by the verb {@code verify},
 * from any thread; takes as long as the store is large.
 */
public final class Verification {
  private static final String METRICS = "metrics";
  private static final String MARK = ".mark";
  private static final Pattern SET_ASIDE = Pattern.compile(".*\\.damaged-[0-9]+");

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
   * @throws MonitorException CONFIG_INVALID_VALUE when there is not
   */
  public static void requireStore(Path directory, String database) {
    if (Files.notExists(directory.resolve(database))
        && Files.notExists(SqliteFile.markOf(directory.resolve(database)))
        && Files.notExists(directory.resolve(METRICS))) {
      throw new MonitorException(
          ErrorCode.CONFIG_INVALID_VALUE,
          Blame.OPERATOR,
          "There is no store in "
              + directory
              + ", neither "
              + database
              + " nor "
              + METRICS
              + "; name the directory with --data");
    }
  }

  /**
   * Checks a data directory.
   *
   * @param database the name of the file of records in it
   * @param atRest whether the caller has locked the directory and no store in it is open
   * @param reserve bytes that ought to be free on its disk; fewer are told in a note
   * @throws MonitorException CONFIG_INVALID_VALUE when there is no store; STORE_FOREIGN or
   *     STORE_NEWER when the file of records is not of this program; STORE_IO when the directory
   *     cannot be read; what the watch throws
   */
  public VerifyReport directory(
      Path directory, String database, boolean atRest, long reserve, VerifyWatch watch) {
    requireStore(directory, database);
    Instant at = clock.instant();
    Tally tally = new Tally(watch);
    checkContent(directory, database, atRest, tally);
    long free = free(directory);
    if (free < reserve) {
      tally.note("only " + free + " bytes are free on the disk, fewer than storage.reserve_size");
    }
    return tally.report(directory, false, at, free);
  }

  /**
   * Checks a backup: every file against the manifest, then what the files hold.
   *
   * @param database the name of the file of records in it
   * @throws MonitorException BACKUP_INVALID when it has no manifest that can be read; STORE_IO when
   *     it cannot be listed; what the watch throws
   */
  public VerifyReport backup(Path backup, String database, VerifyWatch watch) {
    Instant at = clock.instant();
    Tally tally = new Tally(watch);
    BackupManifest manifest = BackupCheck.check(backup, new ManifestFindings(tally));
    tally.note("the backup was begun at " + manifest.at());
    try {
      checkContent(backup, database, true, tally);
    } catch (MonitorException e) {
      throwIfEnded(e, tally);
      tally.unopened(database, e);
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

  private void checkContent(Path directory, String database, boolean atRest, Tally tally) {
    SqliteInspection inspection = new SqliteInspection(clock, nanoTicker, atRest, tally::isStopped);
    Path records = directory.resolve(database);
    if (Files.exists(records)) {
      checkRecords(directory, records, inspection, tally);
    } else {
      tally.found(Tally.RECORDS, database, "is not there");
    }
    Path metrics = directory.resolve(METRICS);
    if (Files.isDirectory(metrics)) {
      for (Path file : list(metrics)) {
        checkMetrics(directory, file, inspection, tally);
      }
    }
  }

  /** A damaged file does not hide the rest of the store; one of others ends the work. */
  private static void checkRecords(
      Path directory, Path records, SqliteInspection inspection, Tally tally) {
    String name = relative(directory, records);
    try {
      if (begin(Tally.RECORDS, directory, records, tally)) {
        new RecordPart(name, tally).check(records, inspection);
      }
    } catch (MonitorException e) {
      throwIfEnded(e, tally);
      if (e.code() != ErrorCode.STORE_DAMAGED && e.code() != ErrorCode.INTERNAL) {
        throw e;
      }
      tally.unopened(name, e);
    }
  }

  private static List<Path> list(Path folder) {
    try (Stream<Path> found = Files.list(folder)) {
      return found.sorted().toList();
    } catch (IOException e) {
      throw unreadable(folder, e);
    }
  }

  private static void checkMetrics(
      Path directory, Path file, SqliteInspection inspection, Tally tally) {
    String name = file.getFileName().toString();
    if (name.endsWith(MARK)) {
      String database = name.substring(0, name.length() - MARK.length()) + ".db";
      checkThere(directory, file, file.resolveSibling(database), tally);
    } else if (DayFileCheck.isDay(name)) {
      checkFile(
          Tally.SAMPLES, directory, file, tally, () -> day(directory, file, inspection, tally));
    } else if (MonthFileCheck.isMonth(name)) {
      checkFile(
          Tally.AGGREGATES,
          directory,
          file,
          tally,
          () -> month(directory, file, inspection, tally));
    } else if (SET_ASIDE.matcher(name).matches()) {
      tally.note(
          relative(directory, file) + " was set aside as damaged earlier; its bytes are kept");
    }
  }

  /** A mark whose file is gone tells of a loss, unless both are just being deleted. */
  private static void checkThere(Path directory, Path mark, Path file, Tally tally) {
    String name = file.getFileName().toString();
    boolean day = DayFileCheck.isDay(name);
    if ((day || MonthFileCheck.isMonth(name)) && Files.notExists(file) && Files.exists(mark)) {
      tally.found(
          day ? Tally.SAMPLES : Tally.AGGREGATES,
          relative(directory, file),
          "is gone, although its mark is there");
    }
  }

  private static void checkFile(
      String part, Path directory, Path file, Tally tally, Runnable check) {
    try {
      if (begin(part, directory, file, tally)) {
        check.run();
      }
    } catch (MonitorException e) {
      throwIfEnded(e, tally);
      if (Files.exists(file)) { // else it was forgotten meanwhile
        tally.failed(part, relative(directory, file), e);
      }
    }
  }

  private static void day(Path directory, Path file, SqliteInspection inspection, Tally tally) {
    String name = relative(directory, file);
    DayFileCheck.Counts counts =
        new DayFileCheck(inspection).check(file, what -> tally.found(Tally.SAMPLES, name, what));
    tally.checked(Tally.SAMPLES, "blocks", counts.blocks());
    tally.checked(Tally.SAMPLES, "packs", counts.packs());
    tally.checked(Tally.SAMPLES, "journal rows", counts.rows());
    tally.checked(Tally.SAMPLES, "samples", counts.samples());
    if (counts.quarantined() > 0) {
      tally.note(
          name + " keeps " + counts.quarantined() + " damaged pieces aside that were told earlier");
    }
  }

  private static void month(Path directory, Path file, SqliteInspection inspection, Tally tally) {
    String name = relative(directory, file);
    MonthFileCheck.Counts counts =
        new MonthFileCheck(inspection)
            .check(file, what -> tally.found(Tally.AGGREGATES, name, what));
    tally.checked(Tally.AGGREGATES, "hours", counts.hours());
    tally.checked(Tally.AGGREGATES, "packs", counts.packs());
    tally.checked(Tally.AGGREGATES, "aggregates", counts.aggregates());
  }

  /** Whether the file can be looked into. */
  private static boolean begin(String part, Path directory, Path file, Tally tally) {
    String name = relative(directory, file);
    tally.begin(part, name, SqliteFile.bytesOf(file));
    try {
      boolean empty = Files.exists(file) && Files.size(file) == 0;
      if (empty || SqliteInspection.isCutOff(file)) {
        tally.note(name + " was cut off while it was made; the next start finishes that");
        return false;
      }
      return true;
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  /** A failure may only be how the end of the work shows. */
  private static void throwIfEnded(MonitorException failure, Tally tally) {
    if (failure.code() == ErrorCode.SHUTTING_DOWN) {
      throw failure;
    }
    tally.look();
  }

  private static String relative(Path directory, Path file) {
    return directory.relativize(file).toString().replace('\\', '/');
  }

  private static long free(Path directory) {
    try {
      return Files.getFileStore(directory).getUsableSpace();
    } catch (IOException e) {
      throw unreadable(directory, e);
    }
  }

  private static MonitorException unreadable(Path path, IOException cause) {
    return new MonitorException(
        ErrorCode.STORE_IO,
        Blame.ENVIRONMENT,
        "Could not look at " + path + ": " + cause.getMessage() + "; check its rights and the disk",
        cause);
  }
}
