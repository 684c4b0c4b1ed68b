package io.vllmmonitor.persistence.engine;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.history.Problem;
import io.vllmmonitor.api.store.BlobStore;
import io.vllmmonitor.api.store.RecordKind;
import io.vllmmonitor.api.store.RecordStore;
import io.vllmmonitor.api.store.SeriesStore;
import io.vllmmonitor.persistence.blob.SqliteBlobStore;
import io.vllmmonitor.persistence.record.RecordSchema;
import io.vllmmonitor.persistence.record.SqliteRecordStore;
import io.vllmmonitor.persistence.series.SqliteSeriesStore;
import io.vllmmonitor.persistence.sqlite.SqliteFile;
import io.vllmmonitor.persistence.sqlite.SqliteVersion;
import io.vllmmonitor.persistence.sqlite.StoreCounters;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * All stores of one data directory, open. Made once at the start, after the directory was locked,
 * and closed once at the end, before it is released. Thread-safe.
 */
public final class StoreEngine implements AutoCloseable {
  private final SqliteFile database;
  private final RecordStore records;
  private final BlobStore blobs;
  private final SeriesStore series;
  private final StoreCounters counters;
  private final OpenReport report;

  private StoreEngine(
      SqliteFile database,
      RecordStore records,
      BlobStore blobs,
      SeriesStore series,
      StoreCounters counters,
      OpenReport report) {
    this.database = database;
    this.records = records;
    this.blobs = blobs;
    this.series = series;
    this.counters = counters;
    this.report = report;
  }

  /**
   * Opens {@code monitor.db} first, since it says whose directory this is, then makes the folders
   * and opens the samples.
   *
   * @param clock dates things and judges samples that are ahead of it
   * @param nanoTicker such as {@code System::nanoTime}; measures deadlines
   * @throws MonitorException STORE_FOREIGN, STORE_NEWER or STORE_DAMAGED, the file untouched;
   *     STORE_IO, STORE_FULL; ENVIRONMENT_UNSUPPORTED for a SQLite that is too old
   */
  public static StoreEngine open(
      DataDirectory directory, InstantSource clock, LongSupplier nanoTicker) {
    long start = nanoTicker.getAsLong();
    SqliteVersion.require();
    Path path = directory.database();
    boolean fresh = Files.notExists(path);
    StoreCounters counters = new StoreCounters();
    List<Problem> problems = new ArrayList<>();
    SqliteFile database =
        SqliteFile.open(path, RecordSchema.current(), clock, nanoTicker, counters);
    boolean done = false;
    try {
      database.compareWithMark().ifPresent(loss -> problems.add(problem(path, loss, clock)));
      directory.makeFolders();
      SeriesStore series =
          SqliteSeriesStore.open(directory.metrics(), clock, nanoTicker, counters, problems);
      Duration duration = Duration.ofNanos(nanoTicker.getAsLong() - start);
      OpenReport report = new OpenReport(fresh, problems, series.statistics(), duration);
      RecordStore records = new SqliteRecordStore(database);
      BlobStore blobs = new SqliteBlobStore(database, clock);
      done = true;
      return new StoreEngine(database, records, blobs, series, counters, report);
    } finally {
      if (!done) {
        database.close();
      }
    }
  }

  private static Problem problem(Path path, String loss, InstantSource clock) {
    Instant now = clock.instant();
    return new Problem(
        ErrorCode.STORE_DAMAGED,
        Blame.ENVIRONMENT,
        path.getFileName().toString(),
        path + ": " + loss,
        1,
        now,
        now);
  }

  public SeriesStore series() {
    return series;
  }

  public RecordStore records() {
    return records;
  }

  public BlobStore blobs() {
    return blobs;
  }

  /** What the opening found. */
  public OpenReport report() {
    return report;
  }

  /** Sizes and counters; reads the disk. */
  public StoreStatistics statistics() {
    Map<RecordKind, Long> rows = new EnumMap<>(RecordKind.class);
    for (RecordKind kind : RecordKind.values()) {
      rows.put(kind, records.count(kind));
    }
    return new StoreStatistics(
        series.statistics(), SqliteFile.bytesOf(database.path()), rows, counters.reading());
  }

  /** Closes all stores; what was acknowledged stays. A second call does nothing. */
  @Override
  public void close() {
    try {
      series.close();
    } finally {
      records.close();
      blobs.close();
      database.close();
    }
  }
}
