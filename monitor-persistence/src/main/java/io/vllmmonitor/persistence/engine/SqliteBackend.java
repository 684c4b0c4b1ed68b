package io.vllmmonitor.persistence.engine;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.history.Problem;
import io.vllmmonitor.api.sample.MetricCatalog;
import io.vllmmonitor.api.sample.MetricSpec;
import io.vllmmonitor.api.sample.MetricType;
import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.api.store.BlobStore;
import io.vllmmonitor.api.store.RecordStore;
import io.vllmmonitor.api.store.SeriesStore;
import io.vllmmonitor.persistence.blob.SqliteBlobStore;
import io.vllmmonitor.persistence.config.PersistenceConfig;
import io.vllmmonitor.persistence.record.RecordSchema;
import io.vllmmonitor.persistence.record.SqliteHourlyMetrics;
import io.vllmmonitor.persistence.record.SqliteRecordStore;
import io.vllmmonitor.persistence.series.SeriesOptions;
import io.vllmmonitor.persistence.series.SqliteSeriesStore;
import io.vllmmonitor.persistence.sqlite.SqliteFile;
import io.vllmmonitor.persistence.sqlite.SqliteVersion;
import io.vllmmonitor.persistence.sqlite.StoreCounters;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** Records and blobs in one SQLite file, samples in one a day. */
final class SqliteBackend implements OpenBackend {
  private final SqliteFile database;
  private final SqliteSeriesStore series;
  private final SqliteRecordStore records;
  private final SqliteBlobStore blobs;
  private final SqliteHourlyMetrics hourly;
  private final StoreCounters counters;

  private SqliteBackend(
      SqliteFile database,
      SqliteSeriesStore series,
      SqliteHourlyMetrics hourly,
      boolean compress,
      InstantSource clock,
      StoreCounters counters) {
    this.database = database;
    this.series = series;
    this.records = new SqliteRecordStore(database, compress);
    this.blobs = new SqliteBlobStore(database, clock, compress);
    this.hourly = hourly;
    this.counters = counters;
  }

  /**
   * Opens the file of records first, since it says whose directory this is, then makes the folders
   * and opens the samples.
   *
   * @param folders makes the folders of the directory
   * @param problems receives what is damaged or missing
   */
  static SqliteBackend open(
      Path directory,
      PersistenceConfig config,
      MetricCatalog catalog,
      Runnable folders,
      InstantSource clock,
      LongSupplier nanoTicker,
      List<Problem> problems) {
    SqliteVersion.require();
    Path path = directory.resolve(config.files().db());
    StoreCounters counters = new StoreCounters();
    SqliteFile database =
        SqliteFile.open(path, RecordSchema.current(), clock, nanoTicker, counters);
    boolean done = false;
    try {
      if (config.synchronous() == PersistenceConfig.Synchronous.NORMAL) {
        database.relax();
      }
      database.compareWithMark().ifPresent(loss -> problems.add(problem(path, loss, clock)));
      folders.run();
      SqliteHourlyMetrics hourly = new SqliteHourlyMetrics(database, key -> typeOf(catalog, key));
      SqliteSeriesStore series =
          SqliteSeriesStore.open(
              directory.resolve(DataDirectory.METRICS),
              SeriesOptions.of(config),
              hourly,
              clock,
              nanoTicker,
              counters,
              problems);
      done = true;
      return new SqliteBackend(
          database, series, hourly, config.compressionEnabled(), clock, counters);
    } finally {
      if (!done) {
        database.close();
      }
    }
  }

  private static MetricType typeOf(MetricCatalog catalog, SeriesKey key) {
    return catalog.family(key.name()).map(MetricSpec::type).orElse(MetricType.CUSTOM);
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

  @Override
  public SeriesStore series() {
    return series;
  }

  @Override
  public RecordStore records() {
    return records;
  }

  @Override
  public BlobStore blobs() {
    return blobs;
  }

  @Override
  public void maintain() {
    series.maintain();
  }

  @Override
  public void onDamage(Consumer<Problem> listener) {
    series.onDamage(listener);
  }

  @Override
  public long recordBytes() {
    return SqliteFile.bytesOf(database.path());
  }

  @Override
  public void shrink(Instant derivedBefore) {
    hourly.deleteBefore(derivedBefore.toEpochMilli());
    database.shrink();
  }

  @Override
  public StoreCounters.Reading counters() {
    return counters.reading();
  }

  /** {@inheritDoc} SQLite copies its files by snapshots of its own, so nothing has to wait. */
  @Override
  public <T> T whileFilesStay(Supplier<T> work) {
    return work.get();
  }

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
