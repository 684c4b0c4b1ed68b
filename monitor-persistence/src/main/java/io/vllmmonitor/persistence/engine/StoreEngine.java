package io.vllmmonitor.persistence.engine;

import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.history.Problem;
import io.vllmmonitor.api.sample.MetricCatalog;
import io.vllmmonitor.api.store.BlobStore;
import io.vllmmonitor.api.store.RecordKind;
import io.vllmmonitor.api.store.RecordStore;
import io.vllmmonitor.api.store.SeriesStore;
import io.vllmmonitor.persistence.backup.Backups;
import io.vllmmonitor.persistence.config.PersistenceConfig;
import io.vllmmonitor.persistence.exchange.ExchangeStores;
import io.vllmmonitor.persistence.retention.Retention;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * All stores of one data directory, open. Made once at the start, after the directory was locked,
 * and closed once at the end, before it is released. Thread-safe.
 */
public final class StoreEngine implements AutoCloseable {
  private final PersistenceConfig config;
  private final DataDirectory directory;
  private final OpenBackend backend;
  private final DiskReserve reserve;
  private final RecordStore records;
  private final BlobStore blobs;
  private final SeriesStore series;
  private final OpenReport report;

  private StoreEngine(
      PersistenceConfig config,
      DataDirectory directory,
      OpenBackend backend,
      DiskReserve reserve,
      OpenReport report) {
    this.config = config;
    this.directory = directory;
    this.backend = backend;
    this.reserve = reserve;
    this.records = new ReservingRecordStore(backend.records(), reserve);
    this.blobs = new ReservingBlobStore(backend.blobs(), reserve);
    this.series = new YieldingSeriesStore(backend.series(), reserve);
    this.report = report;
  }

  /** Opens with the defaults, for a directory of its own. */
  public static StoreEngine open(
      DataDirectory directory, InstantSource clock, LongSupplier nanoTicker) {
    PersistenceConfig config = PersistenceConfig.builder(directory.path()).reserveSize(0).build();
    return open(directory, config, new MetricCatalog(), clock, nanoTicker);
  }

  /**
   * Opens the stores of a directory in the form it has, and ends a conversion that was interrupted
   * after its copy was whole.
   *
   * @param catalog tells the types of metrics, for people who look into the database
   * @param clock dates things and judges samples that are ahead of it
   * @param nanoTicker such as {@code System::nanoTime}; measures deadlines
   * @throws MonitorException STORE_BACKEND_DIFFERS for a directory of another form, with the
   *     command that converts it; STORE_FOREIGN, STORE_NEWER or STORE_DAMAGED, the file untouched;
   *     STORE_IO, STORE_FULL; ENVIRONMENT_UNSUPPORTED for a SQLite that is too old
   */
  public static StoreEngine open(
      DataDirectory directory,
      PersistenceConfig config,
      MetricCatalog catalog,
      InstantSource clock,
      LongSupplier nanoTicker) {
    long start = nanoTicker.getAsLong();
    List<Problem> problems = new ArrayList<>();
    Optional<Path> unused = ConversionCommit.finish(directory.path());
    Optional<StoreForm> form = StoreForm.find(directory.path(), config);
    form.ifPresent(found -> found.requireSame(directory.path(), config));
    OpenBackend backend =
        openBackend(
            directory.path(), config, catalog, directory::makeFolders, clock, nanoTicker, problems);
    boolean done = false;
    try {
      StoreForm.of(config).keep(directory.path());
      DiskReserve reserve = reserve(directory, config);
      Duration duration = Duration.ofNanos(nanoTicker.getAsLong() - start);
      OpenReport report =
          new OpenReport(form.isEmpty(), problems, backend.series().statistics(), duration);
      done = true;
      return new StoreEngine(config, directory, backend, reserve, report);
    } finally {
      if (!done) {
        backend.close();
      }
    }
  }

  /**
   * The same configuration with the form that the directory has, or gets when it is opened, for
   * tools that work on any form; unchanged where there is no store yet.
   *
   * @throws MonitorException STORE_DAMAGED or STORE_NEWER for a {@code store.json} that cannot be
   *     understood, STORE_IO
   */
  public static PersistenceConfig adopt(PersistenceConfig config) {
    return adopt(config.storageDir(), config);
  }

  /** The same with the form that another directory has, such as a backup. */
  public static PersistenceConfig adopt(Path directory, PersistenceConfig config) {
    return ConversionCommit.committed(directory)
        .or(() -> StoreForm.find(directory, config))
        .map(form -> config.withForm(form.backend(), form.database()))
        .orElse(config);
  }

  /** The stores of one form in a directory that belongs to the caller. */
  static OpenBackend openBackend(
      Path directory,
      PersistenceConfig config,
      MetricCatalog catalog,
      Runnable folders,
      InstantSource clock,
      LongSupplier nanoTicker,
      List<Problem> problems) {
    return switch (config.backend()) {
      case SQLITE, HYBRID ->
          SqliteBackend.open(directory, config, catalog, folders, clock, nanoTicker, problems);
      case JSON -> JsonBackend.open(directory, config, folders, clock, nanoTicker, problems);
    };
  }

  /** The stores for an exchange, without what a full disk does to them. */
  ExchangeStores stores() {
    return new ExchangeStores(backend.series(), backend.records(), backend.blobs());
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

  /** Whoever is told of damage that reads and maintenance meet; called from any thread. */
  public void onDamage(Consumer<Problem> listener) {
    backend.onDamage(listener);
  }

  /**
   * Moves samples into their compact form and brings aggregates up to date. Called by the owner
   * every {@code flush_interval_seconds}, from one thread.
   */
  public void maintain() {
    if (!reserve.isInUse()) {
      backend.maintain();
    }
  }

  /**
   * Runs what reads or copies files of the directory as they are, while maintenance rewrites and
   * deletes none of them; files may be appended to. Called from any thread.
   */
  public void whileFilesStay(Runnable work) {
    boolean unused =
        backend.whileFilesStay(
            () -> {
              work.run();
              return true;
            });
  }

  /** What forgets by age and size. */
  public Retention retention(InstantSource clock) {
    return new Retention(
        series,
        records,
        config,
        () -> series.statistics().bytes() + backend.recordBytes(),
        () -> backend.shrink(clock.instant().minus(Duration.ofDays(config.rollupRetentionDays()))),
        clock);
  }

  /** What copies the whole directory. */
  public Backups backups(InstantSource clock, LongSupplier nanoTicker) {
    return new Backups(
        directory.path(),
        config.files().db(),
        backend::whileFilesStay,
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
        series.statistics(), backend.recordBytes(), rows, backend.counters());
  }

  /** Closes all stores; what was acknowledged stays. A second call does nothing. */
  @Override
  public void close() {
    backend.close();
  }
}
