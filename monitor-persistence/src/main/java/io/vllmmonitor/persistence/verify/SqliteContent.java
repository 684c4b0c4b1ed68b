package io.vllmmonitor.persistence.verify;

import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.persistence.rollup.MonthFileCheck;
import io.vllmmonitor.persistence.series.DayFileCheck;
import io.vllmmonitor.persistence.sqlite.SqliteFile;
import io.vllmmonitor.persistence.sqlite.SqliteInspection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The SQLite files of a directory, each read on a snapshot of its own. Used once. */
final class SqliteContent {
  private static final String MARK = ".mark";

  private final StoreFolder folder;
  private final String database;
  private final SqliteInspection inspection;
  private final Tally tally;

  /**
   * @param database the name of the file of records
   */
  SqliteContent(StoreFolder folder, String database, SqliteInspection inspection) {
    this.folder = folder;
    this.database = database;
    this.inspection = inspection;
    this.tally = folder.tally();
  }

  /**
   * @throws MonitorException STORE_FOREIGN or STORE_NEWER when the file of records is not of this
   *     program; STORE_IO when the directory cannot be read; what the watch throws
   */
  void check() {
    Path records = folder.path().resolve(database);
    if (Files.exists(records)) {
      checkRecords(records);
    } else {
      tally.found(Tally.RECORDS, database, "is not there");
    }
    Path metrics = folder.path().resolve(StoreFolder.METRICS);
    if (Files.isDirectory(metrics)) {
      for (Path file : StoreFolder.list(metrics)) {
        checkMetrics(file);
      }
    }
  }

  /** A damaged file does not hide the rest of the store; one of others ends the work. */
  private void checkRecords(Path records) {
    String name = folder.name(records);
    try {
      if (begin(Tally.RECORDS, records)) {
        new RecordPart(name, tally).check(records, inspection);
      }
    } catch (MonitorException e) {
      folder.throwIfEnded(e);
      if (e.code() != ErrorCode.STORE_DAMAGED && e.code() != ErrorCode.INTERNAL) {
        throw e;
      }
      tally.unopened(name, e);
    }
  }

  private void checkMetrics(Path file) {
    String name = file.getFileName().toString();
    if (name.endsWith(MARK)) {
      String marked = name.substring(0, name.length() - MARK.length()) + ".db";
      checkThere(file, file.resolveSibling(marked));
    } else if (DayFileCheck.isDay(name)) {
      checkFile(Tally.SAMPLES, file, () -> day(file));
    } else if (MonthFileCheck.isMonth(name)) {
      checkFile(Tally.AGGREGATES, file, () -> month(file));
    } else {
      folder.noteSetAside(file);
    }
  }

  /** A mark whose file is gone tells of a loss, unless both are just being deleted. */
  private void checkThere(Path mark, Path file) {
    String name = file.getFileName().toString();
    boolean day = DayFileCheck.isDay(name);
    if ((day || MonthFileCheck.isMonth(name)) && Files.notExists(file) && Files.exists(mark)) {
      tally.found(
          day ? Tally.SAMPLES : Tally.AGGREGATES,
          folder.name(file),
          "is gone, although its mark is there");
    }
  }

  private void checkFile(String part, Path file, Runnable check) {
    try {
      if (begin(part, file)) {
        check.run();
      }
    } catch (MonitorException e) {
      folder.failed(part, file, e);
    }
  }

  private void day(Path file) {
    String name = folder.name(file);
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

  private void month(Path file) {
    String name = folder.name(file);
    MonthFileCheck.Counts counts =
        new MonthFileCheck(inspection)
            .check(file, what -> tally.found(Tally.AGGREGATES, name, what));
    tally.checked(Tally.AGGREGATES, "hours", counts.hours());
    tally.checked(Tally.AGGREGATES, "packs", counts.packs());
    tally.checked(Tally.AGGREGATES, "aggregates", counts.aggregates());
  }

  /** Whether the file can be looked into. */
  private boolean begin(String part, Path file) {
    String name = folder.name(file);
    tally.begin(part, name, SqliteFile.bytesOf(file));
    try {
      boolean empty = Files.exists(file) && Files.size(file) == 0;
      if (empty || SqliteInspection.isCutOff(file)) {
        tally.note(name + " was cut off while it was made; the next start finishes that");
        return false;
      }
      return true;
    } catch (IOException e) {
      throw StoreFolder.unreadable(file, e);
    }
  }
}
