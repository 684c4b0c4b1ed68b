package io.vllmmonitor.persistence.rollup;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.persistence.sqlite.Migration;
import io.vllmmonitor.persistence.sqlite.Schema;
import io.vllmmonitor.persistence.sqlite.SqliteFile;
import io.vllmmonitor.persistence.sqlite.StoreCounters;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.time.YearMonth;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.stream.Stream;

/** Finds, opens, sets aside and deletes the files of the months. */
final class RollupFolder {
  static final Schema SCHEMA =
      new Schema("rollups", List.of(Migration.load(RollupFolder.class, "1-rollups.sql")), false);

  private final Path folder;
  private final InstantSource clock;
  private final LongSupplier nanoTicker;
  private final StoreCounters counters;
  private final Consumer<MonitorException> damage;

  RollupFolder(
      Path folder,
      InstantSource clock,
      LongSupplier nanoTicker,
      StoreCounters counters,
      Consumer<MonitorException> damage) {
    this.folder = requireNonNull(folder, "folder");
    this.clock = requireNonNull(clock, "clock");
    this.nanoTicker = requireNonNull(nanoTicker, "nanoTicker");
    this.counters = requireNonNull(counters, "counters");
    this.damage = requireNonNull(damage, "damage");
  }

  /** The months that have files. */
  Map<YearMonth, Path> scan() {
    Map<YearMonth, Path> files = new TreeMap<>();
    try (Stream<Path> found = Files.list(folder)) {
      found.forEach(
          path ->
              Months.parse(path.getFileName().toString())
                  .ifPresent(month -> files.put(month, path)));
    } catch (IOException e) {
      throw failed("list", folder, e);
    }
    return files;
  }

  /** A damaged file is set aside, since what it held can be made again of the samples. */
  SqliteFile open(YearMonth month) {
    Path path = folder.resolve(Months.fileOf(month));
    try {
      return openChecked(path);
    } catch (MonitorException e) {
      if (e.code() != ErrorCode.STORE_DAMAGED) {
        throw e;
      }
      damage.accept(e);
      setAside(path);
      return SqliteFile.open(path, SCHEMA, clock, nanoTicker, counters);
    }
  }

  private SqliteFile openChecked(Path path) {
    SqliteFile file = SqliteFile.open(path, SCHEMA, clock, nanoTicker, counters);
    boolean done = false;
    try {
      file.compareWithMark().ifPresent(loss -> damage.accept(lost(path, loss)));
      done = true;
      return file;
    } finally {
      if (!done) {
        file.close();
      }
    }
  }

  private static MonitorException lost(Path path, String loss) {
    return new MonitorException(
        ErrorCode.STORE_DAMAGED,
        Blame.ENVIRONMENT,
        path + ": " + loss + ". Aggregates are made again while the samples are there");
  }

  /** Keeps the bytes of a closed file under another name. */
  void setAside(Path path) {
    try {
      String name = path.getFileName() + ".damaged-" + clock.millis();
      Files.move(path, path.resolveSibling(name));
      Files.deleteIfExists(SqliteFile.markOf(path));
      deleteLogs(path);
    } catch (IOException e) {
      throw failed("set aside", path, e);
    }
  }

  private static void deleteLogs(Path path) throws IOException {
    Files.deleteIfExists(path.resolveSibling(path.getFileName() + "-wal"));
    Files.deleteIfExists(path.resolveSibling(path.getFileName() + "-shm"));
    Files.deleteIfExists(path.resolveSibling(path.getFileName() + "-journal"));
  }

  /** Deletes a closed file and what lies beside it. */
  void delete(Path path) {
    try {
      Files.deleteIfExists(path);
      deleteLogs(path);
      Files.deleteIfExists(SqliteFile.markOf(path));
    } catch (IOException e) {
      throw failed("delete", path, e);
    }
  }

  private static MonitorException failed(String what, Path path, IOException cause) {
    return new MonitorException(
        ErrorCode.STORE_IO,
        Blame.ENVIRONMENT,
        "Could not " + what + " " + path + ", " + cause.getMessage() + "; check its rights",
        cause);
  }
}
