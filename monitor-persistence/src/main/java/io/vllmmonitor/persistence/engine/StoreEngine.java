package io.vllmmonitor.persistence.engine;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.history.Problem;
import io.vllmmonitor.api.sample.MetricCatalog;
import io.vllmmonitor.api.sample.MetricSpec;
import io.vllmmonitor.api.sample.MetricType;
import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.api.store.BlobStore;
import io.vllmmonitor.api.store.RecordKind;
import io.vllmmonitor.api.store.RecordStore;
import io.vllmmonitor.api.store.SeriesStore;
import io.vllmmonitor.persistence.backup.Backups;
import io.vllmmonitor.persistence.blob.SqliteBlobStore;
import io.vllmmonitor.persistence.config.PersistenceConfig;
import io.vllmmonitor.persistence.record.RecordSchema;
import io.vllmmonitor.persistence.record.SqliteHourlyMetrics;
import io.vllmmonitor.persistence.record.SqliteRecordStore;
import io.vllmmonitor.persistence.retention.Retention;
import io.vllmmonitor.persistence.series.SeriesOptions;
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
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * All stores of one data directory, open. Made once at the start, after the directory was locked,
 * and closed once at the end, before it is released. Thread-safe.
 */
public final class StoreEngine implements AutoCloseable {
  private final PersistenceConfig config;
  private final DataDirectory directory;
  private final SqliteFile database;
  private final SqliteSeriesStore samples;
  private final DiskReserve reserve;
  private final RecordStore records;
  private final BlobStore blobs;
  private final SeriesStore series;
  private final SqliteHourlyMetrics hourly;
  private final StoreCounters counters;
  private final OpenReport report;

  private StoreEngine(
      PersistenceConfig config,
      DataDirectory directory,
      SqliteFile database,
      SqliteSeriesStore samples,
      SqliteHourlyMetrics hourly,
      DiskReserve reserve,
      InstantSource clock,
      StoreCounters counters,
      OpenReport report) {
    this.config = config;
    this.directory = directory;
    this.database = database;
    this.samples = samples;
    this.hourly = hourly;
    this.reserve = reserve;
    this.records = new ReservingRecordStore(new SqliteRecordStore(database), reserve);
    this.blobs = new ReservingBlobStore(new SqliteBlobStore(database, clock), reserve);
    this.series = new YieldingSeriesStore(samples, reserve);
    this.counters = counters;
    this.report = report;
  }

  /** Opens with the defaults, for a directory of its own. */
  public static StoreEngine open(
      DataDirectory directory, InstantSource clock, LongSupplier nanoTicker) {
    PersistenceConfig config = PersistenceConfig.builder(directory.path()).reserveSize(0).build();
    return open(directory, config, new MetricCatalog(), clock, nanoTicker);
  }

  /**
   * Opens {@code monitor.db} first, since it says whose directory this is, then makes the folders
   * and opens the samples.
   *
   * @param catalog tells the types of metrics, for people who look into the database
   * @param clock dates things and judges samples that are ahead of it
   * @param nanoTicker such as {@code System::nanoTime}; measures deadlines
   * @throws MonitorException STORE_FOREIGN, STORE_NEWER or STORE_DAMAGED, the file untouched;
   *     STORE_IO, STORE_FULL; CONFIG_INVALID_VALUE for a back end that this version does not have;
   *     ENVIRONMENT_UNSUPPORTED for a SQLite that is too old
   */
  public static StoreEngine open(
      DataDirectory directory,
      PersistenceConfig config,
      MetricCatalog catalog,
      InstantSource clock,
      LongSupplier nanoTicker) {
    long start = nanoTicker.getAsLong();
    SqliteVersion.require();
    refuseUnknown(config);
    Path path = directory.path().resolve(config.files().db());
    boolean fresh = Files.notExists(path);
    StoreCounters counters = new StoreCounters();
    List<Problem> problems = new ArrayList<>();
    SqliteFile database =
        SqliteFile.open(path, RecordSchema.current(), clock, nanoTicker, counters);
    boolean done = false;
    try {
      if (config.synchronous() == PersistenceConfig.Synchronous.NORMAL) {
        database.relax();
      }
      database.compareWithMark().ifPresent(loss -> problems.add(problem(path, loss, clock)));
      directory.makeFolders();
      DiskReserve reserve = reserve(directory, config);
      SqliteHourlyMetrics hourly = new SqliteHourlyMetrics(database, key -> typeOf(catalog, key));
      SqliteSeriesStore series =
          SqliteSeriesStore.open(
              directory.metrics(),
              SeriesOptions.of(config),
              hourly,
              clock,
              nanoTicker,
              counters,
              problems);
      Duration duration = Duration.ofNanos(nanoTicker.getAsLong() - start);
      OpenReport report = new OpenReport(fresh, problems, series.statistics(), duration);
      done = true;
      return new StoreEngine(
          config, directory, database, series, hourly, reserve, clock, counters, report);
    } finally {
      if (!done) {
        database.close();
      }
    }
  }

  private static void refuseUnknown(PersistenceConfig config) {
    switch (config.backend()) {
      case SQLITE, HYBRID -> {}
      case JSON ->
          throw new MonitorException(
              ErrorCode.CONFIG_INVALID_VALUE,
              Blame.OPERATOR,
              "Section 'storage': configuration key 'backend' is 'json'; expected hybrid or sqlite:"
                  + " this version does not run on JSON files. Use 'vllm-monitor export' for"
                  + " readable files");
    }
  }

  private static DiskReserve reserve(DataDirectory directory, PersistenceConfig config) {
    DiskReserve reserve =
        new DiskReserve(
            directory.path(),
            config.reserveSize(),
            () -> Files.getFileStore(directory.path()).getUsableSpace());
    reserve.prepare();
    return reserve;
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

  /** Whoever is told of damage that reads and maintenance meet; called from any thread. */
  public void onDamage(Consumer<Problem> listener) {
    samples.onDamage(listener);
  }

  /**
   * Moves samples into their compact form and brings aggregates up to date. Called by the owner
   * every {@code flush_interval_seconds}, from one thread.
   */
  public void maintain() {
    if (!reserve.isInUse()) {
      samples.maintain();
    }
  }

  /** What forgets by age and size. */
  public Retention retention(InstantSource clock) {
    return new Retention(
        series,
        records,
        config,
        () -> series.statistics().bytes() + SqliteFile.bytesOf(database.path()),
        () -> {
          hourly.deleteBefore(
              clock.instant().minus(Duration.ofDays(config.rollupRetentionDays())).toEpochMilli());
          database.shrink();
        },
        clock);
  }

  /** What copies the whole directory. */
  public Backups backups(InstantSource clock, LongSupplier nanoTicker) {
    return new Backups(
        directory.path(),
        database.path().getFileName().toString(),
        config.backupKeep(),
        clock,
        nanoTicker);
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
