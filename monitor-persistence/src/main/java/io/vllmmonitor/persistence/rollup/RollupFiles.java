package io.vllmmonitor.persistence.rollup;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.api.sample.SeriesRollup;
import io.vllmmonitor.api.store.SeriesPart;
import io.vllmmonitor.persistence.sqlite.SqliteFile;
import io.vllmmonitor.persistence.sqlite.StoreCounters;
import java.nio.file.Path;
import java.time.InstantSource;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The aggregates of minutes and hours of a folder, a file a month, opened when they are first
 * needed. The series engine writes each hour of each scrape group when its samples are complete, or
 * again when some came late, and reads what queries ask for. Thread-safe.
 */
public final class RollupFiles implements AutoCloseable {
  /** One of the two resolutions, in milliseconds. */
  public static final long MINUTE = HourAggregator.MINUTE;

  /** One of the two resolutions, in milliseconds. */
  public static final long HOUR = HourAggregator.HOUR;

  private final RollupFolder folder;
  private final HourlyRows hourlyRows;
  private final Consumer<MonitorException> damage;
  // Held for reading by whoever uses files, for writing by whoever takes files away.
  private final ReentrantReadWriteLock using = new ReentrantReadWriteLock();
  private final NavigableMap<YearMonth, Path> files = new TreeMap<>(); // guarded by itself
  private final Map<YearMonth, RollupMonth> open = new HashMap<>(); // guarded by files
  private final RollupPacks packs = new RollupPacks(); // guarded by itself
  private boolean closed; // guarded by files

  /**
   * Looks which files there are, and opens none.
   *
   * @param folder exists; may have other files too
   * @param hourlyRows takes the rows of each hour before it is written
   * @param damage takes what was found damaged and left out; from any thread
   * @throws MonitorException STORE_IO when the folder cannot be listed
   */
  public RollupFiles(
      Path folder,
      InstantSource clock,
      LongSupplier nanoTicker,
      StoreCounters counters,
      HourlyRows hourlyRows,
      Consumer<MonitorException> damage) {
    this.folder = new RollupFolder(folder, clock, nanoTicker, counters, damage);
    this.hourlyRows = requireNonNull(hourlyRows, "hourlyRows");
    this.damage = requireNonNull(damage, "damage");
    files.putAll(this.folder.scan());
  }

  /**
   * Writes all aggregates of one hour and scrape group in place of those that were there; durable
   * on return. The hourly rows are given on first.
   *
   * @param hourEnd epoch milliseconds, a multiple of an hour; the hour is {@code (end − 1 h, end]}
   * @param group such as the target; a series belongs to one group in an hour
   * @param version of the samples they were made of, see {@link #versions}
   * @param series all series of the group that have samples in the hour, neighbours that resemble
   *     each other side by side; empty ones are passed over
   * @throws MonitorException STORE_FULL, STORE_IO, STORE_CLOSED; then what was there before stays.
   *     STORE_DAMAGED; then the file of the month was set aside and all its hours are missing
   */
  public void write(long hourEnd, String group, long version, List<SeriesHour> series) {
    HourAggregator.requireHour(hourEnd);
    List<SeriesHour> filled = series.stream().filter(hour -> !hour.isEmpty()).toList();
    for (SeriesHour hour : filled) {
      if (hour.hourEnd() != hourEnd) {
        throw new IllegalArgumentException(
            hour.series() + " has the hour " + hour.hourEnd() + ", expected " + hourEnd);
      }
    }
    try {
      writeFilled(hourEnd, group, version, filled);
    } catch (MonitorException e) {
      if (e.code() == ErrorCode.STORE_DAMAGED) {
        replace(Months.ofHour(hourEnd));
      }
      throw e;
    }
  }

  private void writeFilled(long hourEnd, String group, long version, List<SeriesHour> series) {
    using.readLock().lock();
    try {
      RollupMonth month = month(Months.ofHour(hourEnd));
      hourlyRows.write(series.stream().map(SeriesHour::row).toList());
      synchronized (packs) {
        month.write(hourEnd, group, version, series, packs);
      }
    } finally {
      using.readLock().unlock();
    }
  }

  /** Sets a damaged file aside; the next use makes it anew, without any hour. */
  private void replace(YearMonth month) {
    using.writeLock().lock();
    try {
      synchronized (files) {
        RollupMonth file = open.remove(month);
        if (file != null) {
          file.file().close();
          folder.setAside(file.file().path());
        }
      }
    } finally {
      using.writeLock().unlock();
    }
  }

  /**
   * The versions of an hour by scrape group; a group whose aggregates are missing or damaged has
   * none. The caller compares them with the version of its samples to find what to write.
   */
  public Map<String, Long> versions(long hourEnd) {
    using.readLock().lock();
    try {
      RollupMonth month = existing(Months.ofHour(hourEnd));
      return month == null ? Map.of() : Map.copyOf(month.versions(hourEnd));
    } catch (MonitorException e) {
      requireDamage(e);
      return Map.of(); // the next write sets the file aside and begins it anew
    } finally {
      using.readLock().unlock();
    }
  }

  /** Damage of a month is told, and the month counts as empty; everything else goes on. */
  private void requireDamage(MonitorException failure) {
    if (failure.code() != ErrorCode.STORE_DAMAGED) {
      throw failure;
    }
    damage.accept(failure);
  }

  /**
   * Grows whenever a read finds aggregates damaged that were believed before: what it gave may lack
   * them, and {@link #versions} no longer names their hours.
   */
  public long doubts() {
    synchronized (files) {
      return open.values().stream().mapToLong(month -> month.doubts().changes()).sum();
    }
  }

  /**
   * The aggregates of all wanted series whose ends lie in the span, series sorted, oldest first.
   *
   * @param fromExclusive epoch milliseconds
   * @param toInclusive epoch milliseconds
   * @param resolutionMillis {@link #MINUTE} or {@link #HOUR}
   * @param most a limit over all series together
   * @throws MonitorException QUERY_TOO_LARGE when there are more; QUERY_TIMEOUT, STORE_CLOSED
   */
  public List<SeriesRollup> read(
      Predicate<SeriesKey> wanted,
      long fromExclusive,
      long toInclusive,
      long resolutionMillis,
      int most) {
    if (resolutionMillis != MINUTE && resolutionMillis != HOUR) {
      throw new IllegalArgumentException("There are no aggregates of " + resolutionMillis + " ms");
    }
    RollupCollector collector = new RollupCollector(most);
    using.readLock().lock();
    try {
      for (YearMonth month : months(fromExclusive, toInclusive)) {
        RollupMonth file = existing(month);
        if (file != null) {
          readMonth(file, wanted, fromExclusive, toInclusive, resolutionMillis, collector);
        }
      }
    } finally {
      using.readLock().unlock();
    }
    return collector.finish();
  }

  /** A month that is damaged as a whole is left out, the others are served. */
  private void readMonth(
      RollupMonth file,
      Predicate<SeriesKey> wanted,
      long from,
      long to,
      long resolution,
      RollupCollector collector) {
    try {
      file.read(wanted, from, to, resolution == HOUR, collector);
    } catch (MonitorException e) {
      requireDamage(e);
      file.doubts().doubtAll();
    }
  }

  private List<YearMonth> months(long fromExclusive, long toInclusive) {
    synchronized (files) {
      List<YearMonth> months = new ArrayList<>();
      for (YearMonth month : files.keySet()) {
        boolean begins = Months.start(month).toEpochMilli() < toInclusive;
        // Aggregates of the next month's first moment belong to this one.
        boolean ends = Months.start(month.plusMonths(1)).toEpochMilli() > fromExclusive;
        if (begins && ends) {
          months.add(month);
        }
      }
      return months;
    }
  }

  private @Nullable RollupMonth existing(YearMonth month) {
    synchronized (files) {
      return files.containsKey(month) ? month(month) : null;
    }
  }

  private RollupMonth month(YearMonth month) {
    synchronized (files) {
      if (closed) {
        throw new MonitorException(
            ErrorCode.STORE_CLOSED,
            Blame.MONITOR,
            "The aggregates were used after close(). Open the store again first");
      }
      RollupMonth known = open.get(month);
      if (known == null) {
        known = new RollupMonth(folder.open(month), damage);
        files.put(month, known.file().path());
        open.put(month, known);
      }
      return known;
    }
  }

  /** The months that have aggregates, oldest first. */
  public List<SeriesPart> parts() {
    using.readLock().lock();
    try {
      List<SeriesPart> parts = new ArrayList<>();
      for (YearMonth month : months(Long.MIN_VALUE, Long.MAX_VALUE)) {
        RollupMonth file = existing(month);
        if (file != null) {
          parts.add(
              new SeriesPart(
                  Months.partOf(month),
                  SeriesPart.Content.ROLLUPS,
                  Months.start(month),
                  Months.start(month.plusMonths(1)),
                  aggregates(file),
                  SqliteFile.bytesOf(file.file().path())));
        }
      }
      return parts;
    } finally {
      using.readLock().unlock();
    }
  }

  /** 0 where they cannot be counted; such a file can be forgotten like any other. */
  private long aggregates(RollupMonth file) {
    try {
      return file.aggregates();
    } catch (MonitorException e) {
      requireDamage(e);
      return 0;
    }
  }

  /**
   * Forgets a month for good.
   *
   * @param part its name as in {@link #parts}
   * @return whether there was such a month
   * @throws MonitorException STORE_IO when its file cannot be deleted
   */
  public boolean remove(String part) {
    using.writeLock().lock();
    try {
      synchronized (files) {
        YearMonth month = Months.parse(part + ".db").orElse(null);
        Path path = month == null ? null : files.get(month);
        if (month == null || path == null) {
          return false;
        }
        RollupMonth file = open.remove(month);
        if (file != null) {
          file.file().close();
        }
        folder.delete(path);
        files.remove(month);
        return true;
      }
    } finally {
      using.writeLock().unlock();
    }
  }

  /** On disk, of all months. */
  public long bytes() {
    synchronized (files) {
      return files.values().stream().mapToLong(SqliteFile::bytesOf).sum();
    }
  }

  /** Waits for those who read or write. A second call does nothing. */
  @Override
  public void close() {
    using.writeLock().lock();
    try {
      synchronized (files) {
        closed = true;
        open.values().forEach(month -> month.file().close());
        open.clear();
      }
    } finally {
      using.writeLock().unlock();
    }
  }
}
