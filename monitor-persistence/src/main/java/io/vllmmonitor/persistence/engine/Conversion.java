package io.vllmmonitor.persistence.engine;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
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
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
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
import java.util.TreeSet;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

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
  private static final String FOLDER = "converting";
  private static final String NEW = "new";
  private static final String READY = "ready.json";
  private static final String REPLACED = "before-conversion-";
  private static final Logger LOG = LoggerFactory.getLogger(Conversion.class);
  private static final JsonMapper JSON = JsonMapper.builder().build();
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
    Optional<Path> unused = finish(path);
    StoreForm form = StoreForm.find(path, config).orElseThrow(() -> nothing(path));
    if (form.backend() == wanted) {
      throw refused(path + " has the form " + StoreForm.name(wanted) + " already");
    }
    List<Problem> problems = Collections.synchronizedList(new ArrayList<>());
    try {
      StoreCopy.Copied copied = convert(form, wanted, progress, problems);
      Optional<Path> replaced = finish(path);
      return new Report(form.backend(), wanted, copied, replaced, problems);
    } catch (IOException e) {
      throw failed(path, e);
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
      StoreCopy.Copied copied = build(engine, wanted, progress);
      commit(form, wanted);
      return copied;
    }
  }

  /** Both forms have the same files: only what is written beside them differs. */
  private StoreCopy.Copied rename(StoreEngine engine, StoreForm form, StorageBackend wanted)
      throws IOException {
    new StoreForm(wanted, form.database()).write(directory.path());
    PersistenceConfig.FileNames files = config.files();
    for (String twin :
        List.of(files.plugins(), files.guardrails(), files.strategies(), files.happyPaths())) {
      boolean unused = Files.deleteIfExists(directory.path().resolve(twin)); // a copy
    }
    StoreStatistics statistics = engine.statistics();
    long rows = statistics.records().values().stream().mapToLong(Long::longValue).sum();
    return new StoreCopy.Copied(
        statistics.series().samples(), rows, engine.blobs().hashes().size(), 0);
  }

  private StoreCopy.Copied build(
      StoreEngine engine, StorageBackend wanted, ExchangeProgress progress) throws IOException {
    Path target = directory.path().resolve(FOLDER).resolve(NEW);
    Disk.delete(directory.path().resolve(FOLDER));
    Files.createDirectories(
        target.resolve(DataDirectory.METRICS),
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    boolean done = false;
    try {
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
      done = true;
      return copied;
    } finally {
      if (!done) {
        Disk.delete(directory.path().resolve(FOLDER));
      }
    }
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

  /** From here on there is no way back: what was built takes the place of what is there. */
  private void commit(StoreForm form, StorageBackend wanted) throws IOException {
    Path folder = directory.path().resolve(FOLDER);
    ObjectNode json = JSON.createObjectNode();
    json.put("backend", StoreForm.name(wanted));
    json.put("database", config.files().db());
    json.put("replaced", REPLACED + NAME.format(clock.instant()));
    ArrayNode old = json.putArray("old");
    for (String name : namesOf(form)) {
      if (Files.exists(directory.path().resolve(name))) {
        old.add(name);
      }
    }
    ArrayNode fresh = json.putArray("new");
    try (Stream<Path> built = Files.list(folder.resolve(NEW))) {
      built.map(path -> path.getFileName().toString()).sorted().forEach(fresh::add);
    }
    Disk.write(folder.resolve(READY), JSON.writeValueAsBytes(json));
  }

  private List<String> namesOf(StoreForm form) {
    if (form.backend() == StorageBackend.JSON) {
      return List.of(JsonBackend.RECORDS, JsonBackend.BLOBS, DataDirectory.METRICS);
    }
    String database = form.database();
    String stem =
        database.endsWith(".db") ? database.substring(0, database.length() - 3) : database;
    PersistenceConfig.FileNames files = config.files();
    return List.of(
        database,
        database + "-wal",
        database + "-shm",
        stem + ".mark",
        DataDirectory.METRICS,
        files.plugins(),
        files.guardrails(),
        files.strategies(),
        files.happyPaths());
  }

  /**
   * Ends a conversion that was committed, and throws away one that was not. Called by whoever owns
   * the directory, before anything in it is opened.
   *
   * @return where the files of the form before lie now; empty when there was nothing to end
   * @throws MonitorException STORE_IO, or STORE_DAMAGED for a commit that cannot be understood;
   *     calling again goes on
   */
  static Optional<Path> finish(Path directory) {
    Path folder = directory.resolve(FOLDER);
    if (Files.notExists(folder)) {
      return Optional.empty();
    }
    try {
      Path ready = folder.resolve(READY);
      if (Files.notExists(ready)) {
        LOG.info("Throwing away a conversion of {} that was interrupted", directory);
        Disk.delete(folder);
        return Optional.empty();
      }
      JsonNode commit = JSON.readTree(Files.readAllBytes(ready));
      Path replaced = directory.resolve(plain(commit.path("replaced")));
      exchange(directory, commit, replaced);
      form(commit).write(directory);
      Disk.delete(folder);
      Disk.sync(directory);
      LOG.info(
          "The store in {} has another form now; the one before is in {}", directory, replaced);
      return Optional.of(replaced);
    } catch (IOException e) {
      throw failed(directory, e);
    }
  }

  /** Repeatable: what is still in the folder was not moved in, so what has its name is the old. */
  private static void exchange(Path directory, JsonNode commit, Path replaced) throws IOException {
    Path built = directory.resolve(FOLDER).resolve(NEW);
    Set<String> fresh = new TreeSet<>();
    for (JsonNode name : commit.path("new")) {
      fresh.add(plain(name));
    }
    Files.createDirectories(
        replaced,
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    for (JsonNode node : commit.path("old")) {
      String name = plain(node);
      boolean isOld = !fresh.contains(name) || Files.exists(built.resolve(name));
      if (isOld && Files.exists(directory.resolve(name))) {
        Files.move(directory.resolve(name), replaced.resolve(name), StandardCopyOption.ATOMIC_MOVE);
      }
    }
    Disk.sync(replaced);
    Disk.sync(directory);
    for (String name : fresh) {
      if (Files.exists(built.resolve(name))) {
        Files.move(built.resolve(name), directory.resolve(name), StandardCopyOption.ATOMIC_MOVE);
      }
    }
    Disk.sync(built);
    Disk.sync(directory);
  }

  private static StoreForm form(JsonNode commit) throws IOException {
    String name = commit.path("backend").asText();
    for (StorageBackend known : StorageBackend.values()) {
      if (StoreForm.name(known).equals(name)) {
        return new StoreForm(known, plain(commit.path("database")));
      }
    }
    throw new IOException(FOLDER + "/" + READY + " names the back end '" + name + "'");
  }

  private static String plain(JsonNode node) throws IOException {
    String name = node.asText();
    if (!name.matches("[A-Za-z0-9_][A-Za-z0-9._-]{0,99}")) {
      throw new IOException(FOLDER + "/" + READY + " has the name '" + name + "'");
    }
    return name;
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

  private static MonitorException failed(Path directory, IOException cause) {
    boolean full = String.valueOf(cause.getMessage()).contains("No space left");
    return new MonitorException(
        full ? ErrorCode.STORE_FULL : ErrorCode.STORE_IO,
        Blame.ENVIRONMENT,
        "Could not convert the store in "
            + directory
            + ": "
            + cause
            + "; "
            + (full ? "free some space" : "check the disk and the rights of the folder")
            + ", then run the same again",
        cause);
  }
}
