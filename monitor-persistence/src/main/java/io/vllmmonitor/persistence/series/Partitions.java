package io.vllmmonitor.persistence.series;

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
import java.nio.file.StandardCopyOption;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.stream.Stream;

/**
 * The day files of the folder {@code metrics}. A file is open while it is used and a little longer:
 * of those that nobody uses the eight used last stay open. Thread-safe.
 */
final class Partitions {
  private static final int MOST_IDLE = 8;
  static final Schema SCHEMA =
      new Schema(
          "samples",
          List.of(
              Migration.load(Partitions.class, "1-journal.sql"),
              Migration.load(Partitions.class, "2-blocks.sql"),
              Migration.load(Partitions.class, "3-series-without-index.sql")),
          false);

  private final Path folder;
  private final InstantSource clock;
  private final LongSupplier nanoTicker;
  private final StoreCounters counters;
  private final Consumer<MonitorException> damage;
  private final boolean relaxed;
  // All guarded by this; open is in the order of the last use.
  private final NavigableMap<Long, Path> files = new TreeMap<>();
  private final Map<Long, Partition> open = new LinkedHashMap<>(16, 0.75f, true);
  private final Map<Long, Integer> users = new HashMap<>();
  private boolean closed;

  Partitions(
      Path folder,
      InstantSource clock,
      LongSupplier nanoTicker,
      StoreCounters counters,
      Consumer<MonitorException> damage,
      boolean relaxed) {
    this.folder = folder;
    this.relaxed = relaxed;
    this.clock = clock;
    this.nanoTicker = nanoTicker;
    this.counters = counters;
    this.damage = damage;
  }

  /** Finds the files of the folder. */
  synchronized void scan() {
    try (Stream<Path> found = Files.list(folder)) {
      found.forEach(
          path -> Days.parse(path.getFileName().toString()).ifPresent(day -> files.put(day, path)));
    } catch (IOException e) {
      throw unusable("list", folder, e);
    }
  }

  /** Days whose file is gone although its high-water mark is there. */
  synchronized List<String> missing() {
    try (Stream<Path> found = Files.list(folder)) {
      return found
          .map(path -> path.getFileName().toString())
          .filter(name -> name.endsWith(".mark"))
          .map(name -> name.substring(0, name.length() - ".mark".length()) + ".db")
          .filter(name -> Days.parse(name).isPresent() && Files.notExists(folder.resolve(name)))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw unusable("list", folder, e);
    }
  }

  /** The days that have a file and lie in the span, oldest first. */
  synchronized List<Long> days(long fromDay, long toDay) {
    return fromDay > toDay
        ? List.of()
        : List.copyOf(files.subMap(fromDay, true, toDay, true).keySet());
  }

  /** Runs the work on a day's file, which is made when there is none. */
  <T> T with(long day, Function<Partition, T> work) {
    Partition partition = acquire(day);
    try {
      return work.apply(partition);
    } finally {
      release(day);
    }
  }

  private synchronized Partition acquire(long day) {
    if (closed) {
      throw new MonitorException(
          ErrorCode.STORE_CLOSED,
          Blame.MONITOR,
          "The series store was closed meanwhile. Open the store again first");
    }
    Partition partition = open.get(day);
    if (partition == null) {
      Path path = folder.resolve(Days.fileName(day));
      SqliteFile file = SqliteFile.open(path, SCHEMA, clock, nanoTicker, counters);
      if (relaxed) {
        file.relax();
      }
      partition = new Partition(day, file, damage);
      files.put(day, path);
      open.put(day, partition);
    }
    users.merge(day, 1, Integer::sum);
    return partition;
  }

  private synchronized void release(long day) {
    users.computeIfPresent(day, (unused, count) -> count > 1 ? count - 1 : null);
    int idle = open.size() - users.size();
    Iterator<Map.Entry<Long, Partition>> oldest = open.entrySet().iterator();
    while (idle > MOST_IDLE && oldest.hasNext()) {
      Map.Entry<Long, Partition> entry = oldest.next();
      if (!users.containsKey(entry.getKey())) {
        entry.getValue().file().close();
        oldest.remove();
        idle--;
      }
    }
  }

  /**
   * Takes a damaged file out of the way, so that the rest can be served; its bytes are kept.
   *
   * @return its new name
   */
  synchronized String setAside(long day) {
    Optional.ofNullable(open.remove(day)).ifPresent(partition -> partition.file().close());
    files.remove(day);
    String name = Days.fileName(day);
    String aside = name + ".damaged-" + clock.millis();
    for (String suffix : List.of("", "-wal", "-shm", "-journal")) {
      move(folder.resolve(name + suffix), folder.resolve(aside + suffix));
    }
    Path mark = SqliteFile.markOf(folder.resolve(name));
    move(mark, folder.resolve(aside + ".mark"));
    return aside;
  }

  private static void move(Path from, Path to) {
    try {
      if (Files.exists(from)) {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
      }
    } catch (IOException e) {
      throw unusable("set aside", from, e);
    }
  }

  private static MonitorException unusable(String action, Path path, IOException cause) {
    return new MonitorException(
        ErrorCode.STORE_IO,
        Blame.ENVIRONMENT,
        "Could not " + action + " " + path + ": " + cause.getMessage() + "; check its rights",
        cause);
  }

  /** Deletes a day's file for good; waits for nobody, since the file is not in use. */
  synchronized void delete(long day) {
    if (users.containsKey(day)) {
      return; // a query reads it; the next round takes it
    }
    Optional.ofNullable(open.remove(day)).ifPresent(partition -> partition.file().close());
    files.remove(day);
    Path path = folder.resolve(Days.fileName(day));
    try {
      for (Path part :
          List.of(
              path,
              path.resolveSibling(path.getFileName() + "-wal"),
              path.resolveSibling(path.getFileName() + "-shm"),
              path.resolveSibling(path.getFileName() + "-journal"),
              SqliteFile.markOf(path))) {
        Files.deleteIfExists(part);
      }
    } catch (IOException e) {
      throw unusable("delete", path, e);
    }
  }

  /** The bytes of one day. */
  synchronized long bytes(long day) {
    Path path = files.get(day);
    return path == null ? 0 : SqliteFile.bytesOf(path);
  }

  synchronized long bytes() {
    long bytes = 0;
    for (Path path : files.values()) {
      bytes += SqliteFile.bytesOf(path);
    }
    return bytes;
  }

  /** Waits for those who use a file. */
  synchronized void close() {
    closed = true;
    open.values().forEach(partition -> partition.file().close());
    open.clear();
  }
}
