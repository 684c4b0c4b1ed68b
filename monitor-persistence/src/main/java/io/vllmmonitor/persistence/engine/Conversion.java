package io.vllmmonitor.persistence.engine;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.history.Problem;
import io.vllmmonitor.api.sample.MetricCatalog;
import io.vllmmonitor.api.sample.Sample;
import io.vllmmonitor.api.sample.SeriesSelector;
import io.vllmmonitor.api.store.StorageBackend;
import io.vllmmonitor.persistence.config.PersistenceConfig;
import io.vllmmonitor.persistence.disk.Disk;
import io.vllmmonitor.persistence.exchange.ExchangeProgress;
import io.vllmmonitor.persistence.exchange.ExchangeStores;
import io.vllmmonitor.persistence.exchange.StoreCopy;
import io.vllmmonitor.persistence.twin.Twins;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * Brings a data directory from one form of store into another. Called by the verb {@code convert},
 * which owns the directory; no daemon runs on it.
 *
 * <p>The other form is built in {@code converting/new}, compared with the old one bit for bit and
 * brought to the disk; then {@code converting/ready.json} commits: from there on every start moves
 * the old files aside into {@code before-conversion-TIME} and the new ones in, however often it is
 * interrupted. Before that the directory is as it was, and what lies in {@code converting} is
 * thrown away.
 */
public final class Conversion {
  private static final DateTimeFormatter NAME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH-mm-ss.SSS'Z'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  private final DataDirectory directory;
  private final PersistenceConfig config;
  private final InstantSource clock;
  private final LongSupplier nanoTicker;

  /**
   * @param directory owned by the caller
   * @param config whose back end does not matter: that of the directory counts
   * @param clock names the folder of what was replaced
   * @param nanoTicker such as {@code System::nanoTime}
   */
  public Conversion(
      DataDirectory directory,
      PersistenceConfig config,
      InstantSource clock,
      LongSupplier nanoTicker) {
    this.directory = directory;
    this.config = config;
    this.clock = clock;
    this.nanoTicker = nanoTicker;
  }

  /**
   * What was done. Immutable.
   *
   * @param from the form before
   * @param copied what is in both forms
   * @param replaced where the files of the form before lie now; empty when both forms have the same
   *     files
   * @param problems what was damaged in the store before and is therefore not in the other one
   */
  public record Report(
      StorageBackend from,
      StorageBackend to,
      StoreCopy.Copied copied,
      Optional<Path> replaced,
      List<Problem> problems) {
    public Report {
      problems = List.copyOf(problems);
    }
  }

  /**
   * Converts the directory; it has the form that was asked for when this returns.
   *
   * @throws MonitorException CONFIG_INVALID_VALUE when there is no store or it has that form; what
   *     opening and copying throw. Then the directory is as it was
   */
  public Report to(StorageBackend wanted, ExchangeProgress progress) {
    Path path = directory.path();
    Optional<Path> unused = ConversionCommit.finish(path);
    StoreForm form = StoreForm.find(path, config).orElseThrow(() -> nothing(path));
    if (form.backend() == wanted) {
      throw refused(path + " has the form " + StoreForm.name(wanted) + " already");
    }
    List<Problem> problems = Collections.synchronizedList(new ArrayList<>());
    try {
      StoreCopy.Copied copied = convert(form, wanted, progress, problems);
      Optional<Path> replaced = ConversionCommit.finish(path);
      return new Report(form.backend(), wanted, copied, replaced, problems);
    } catch (IOException e) {
      throw ConversionCommit.failed(path, e);
    }
  }

  private StoreCopy.Copied convert(
      StoreForm form, StorageBackend wanted, ExchangeProgress progress, List<Problem> problems)
      throws IOException {
    PersistenceConfig before = config.withForm(form.backend(), form.database());
    try (StoreEngine engine =
        StoreEngine.open(directory, before, new MetricCatalog(), clock, nanoTicker)) {
      problems.addAll(engine.report().problems());
      engine.onDamage(problems::add);
      if (form.backend() != StorageBackend.JSON && wanted != StorageBackend.JSON) {
        return rename(engine, form, wanted);
      }
      return buildAndCommit(engine, form, wanted, progress);
    }
  }

  /** Both forms have the same files: only what is written beside them differs. */
  private StoreCopy.Copied rename(StoreEngine engine, StoreForm form, StorageBackend wanted)
      throws IOException {
    deleteTwins(form);
    new StoreForm(wanted, form.database()).write(directory.path());
    StoreStatistics statistics = engine.statistics();
    long rows = statistics.records().values().stream().mapToLong(Long::longValue).sum();
    return new StoreCopy.Copied(
        statistics.series().samples(), rows, engine.blobs().hashes().size(), 0);
  }

  /**
   * Only the form HYBRID has readable copies; a daemon that finds none in it writes them again. In
   * the folder of models the user may have files, so only what is a twin goes there.
   */
  private void deleteTwins(StoreForm form) throws IOException {
    if (form.backend() != StorageBackend.HYBRID) {
      return;
    }
    PersistenceConfig.FileNames files = config.files();
    for (String twin :
        List.of(files.plugins(), files.guardrails(), files.strategies(), files.happyPaths())) {
      boolean unused = Files.deleteIfExists(directory.path().resolve(twin));
    }
    Twins twins = new Twins(directory.path(), form.database(), clock);
    for (String model : twins.in(files.models())) {
      Optional<String> unused = twins.difference(model); // knows it from now on if it is a twin
    }
    twins.keepOnly(files.models(), Set.of());
  }

  private StoreCopy.Copied buildAndCommit(
      StoreEngine engine, StoreForm form, StorageBackend wanted, ExchangeProgress progress)
      throws IOException {
    ConversionCommit commit = new ConversionCommit(directory.path());
    commit.begin();
    try {
      StoreCopy.Copied copied = build(engine, wanted, progress, commit.built());
      deleteTwins(form);
      commit.write(
          new StoreForm(wanted, config.files().db()), namesOf(form), NAME.format(clock.instant()));
      return copied;
    } finally {
      commit.discardUnlessWritten();
    }
  }

  private StoreCopy.Copied build(
      StoreEngine engine, StorageBackend wanted, ExchangeProgress progress, Path target)
      throws IOException {
    Files.createDirectories(
        target.resolve(DataDirectory.METRICS),
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    OpenBackend backend =
        StoreEngine.openBackend(
            target,
            config.withForm(wanted, config.files().db()),
            new MetricCatalog(),
            () -> {},
            notBefore(engine),
            nanoTicker,
            new ArrayList<>());
    StoreCopy.Copied copied;
    try (backend) {
      copied =
          new StoreCopy(
                  engine.stores(),
                  new ExchangeStores(backend.series(), backend.records(), backend.blobs()),
                  progress)
              .run();
    }
    Disk.syncTree(target);
    return copied;
  }

  /**
   * A clock that was set back must not make the newest samples look as if they were ahead of it.
   */
  private InstantSource notBefore(StoreEngine engine) {
    Instant newest =
        engine.series().latest(SeriesSelector.all()).stream()
            .map(Sample::at)
            .max(Instant::compareTo)
            .orElse(Instant.MIN);
    return () -> {
      Instant now = clock.instant();
      return now.isBefore(newest) ? newest : now;
    };
  }

  private static List<String> namesOf(StoreForm form) {
    if (form.backend() == StorageBackend.JSON) {
      return List.of(JsonBackend.RECORDS, JsonBackend.BLOBS, DataDirectory.METRICS);
    }
    String database = form.database();
    String stem =
        database.endsWith(".db") ? database.substring(0, database.length() - 3) : database;
    return List.of(
        database, database + "-wal", database + "-shm", stem + ".mark", DataDirectory.METRICS);
  }

  private static MonitorException nothing(Path directory) {
    return refused("There is no store in " + directory + " that could be converted");
  }

  private static MonitorException refused(String found) {
    return new MonitorException(
        ErrorCode.CONFIG_INVALID_VALUE,
        Blame.OPERATOR,
        found + "; name another directory with --data, or another form with --to");
  }
}
