package io.vllmmonitor.persistence.rollup;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.persistence.format.Checksum;
import io.vllmmonitor.persistence.query.RecentlyUsed;
import io.vllmmonitor.persistence.rollup.RollupCache.Minutes;
import io.vllmmonitor.persistence.rollup.RollupCatalog.Shape;
import io.vllmmonitor.persistence.rollup.RollupRead.Pick;
import io.vllmmonitor.persistence.sqlite.SqliteFile;
import io.vllmmonitor.persistence.sqlite.SqliteSession;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The aggregates of one month, open. Thread-safe; one writer at a time. */
final class RollupMonth {
  /** The low bits of the id of a pack number its hour since 1970, the others its shape. */
  private static final int HOUR_BITS = 24;

  /** The last hour there can be, in the year 3883. */
  static final long MOST_HOURS = (1L << HOUR_BITS) - 1;

  private static final int KEPT_SELECTORS = 16;

  private final SqliteFile file;
  private final RollupCatalog catalog;
  private final RollupDoubts doubts = new RollupDoubts();
  private final RollupCache cache = new RollupCache();
  private final RecentlyUsed<Predicate<SeriesKey>, Map<Integer, Pick>> picks =
      new RecentlyUsed<>(KEPT_SELECTORS);
  private final Consumer<MonitorException> damage;

  RollupMonth(SqliteFile file, Consumer<MonitorException> damage) {
    this.file = file;
    this.damage = damage;
    this.catalog =
        new RollupCatalog(
            found -> {
              doubts.doubtAll();
              report(found);
            });
  }

  static long idOf(int shape, long hourEnd) {
    return (long) shape << HOUR_BITS | hourEnd / HourAggregator.HOUR;
  }

  static long hourEndOf(long id) {
    return (id & MOST_HOURS) * HourAggregator.HOUR;
  }

  static int shapeOf(long id) {
    return (int) (id >> HOUR_BITS);
  }

  static long coveredChecksum(String group, long hourEnd, long version, long aggregates) {
    return new Checksum().add(group).add(hourEnd).add(version).add(aggregates).value();
  }

  SqliteFile file() {
    return file;
  }

  private void report(String found) {
    damage.accept(
        new MonitorException(
            ErrorCode.STORE_DAMAGED,
            Blame.ENVIRONMENT,
            file.path()
                + ": "
                + found
                + "; it is left out. Aggregates are made again while the samples are there"));
  }

  void write(long hourEnd, String group, long version, List<SeriesHour> series, RollupPacks packs) {
    try {
      file.write(
          session -> {
            new RollupWriter(session, catalog, packs).write(hourEnd, group, version, series);
            return true;
          });
    } finally {
      cache.forget(hourEnd / HourAggregator.HOUR); // also when nobody knows whether it was written
    }
    doubts.settle(group, hourEnd);
  }

  RollupDoubts doubts() {
    return doubts;
  }

  /** By scrape group, of those whose aggregates of the hour are there and not in doubt. */
  Map<String, Long> versions(long hourEnd) {
    return file.readAtStart(
        session -> {
          Map<String, Long> versions = new HashMap<>();
          PreparedStatement select =
              session.prepare(
                  "SELECT scrape_group, version, aggregates, crc FROM covered WHERE hour = ?");
          select.setLong(1, hourEnd);
          try (ResultSet rows = select.executeQuery()) {
            while (rows.next()) {
              String group = rows.getString(1);
              long version = rows.getLong(2);
              if (coveredChecksum(group, hourEnd, version, rows.getLong(3)) == rows.getLong(4)) {
                if (!doubts.isDoubted(group, hourEnd)) {
                  versions.put(group, version);
                }
              } else {
                report("the version of the hour that ends at " + hourEnd + " ms is damaged");
              }
            }
          }
          return versions;
        });
  }

  /** How many aggregates are kept. */
  long aggregates() {
    return file.readAtStart(
        session -> session.number("SELECT coalesce(sum(aggregates), 0) FROM covered"));
  }

  /**
   * @param wanted answers the same for the same series every time
   * @param from exclusive
   * @param to inclusive
   */
  void read(Predicate<SeriesKey> wanted, long from, long to, boolean hourly, RollupCollector into) {
    long begun = cache.generation();
    Map<Integer, Pick> known = picks.get(wanted, unused -> new ConcurrentHashMap<>());
    file.read(
        session -> {
          catalog.refresh(session);
          RollupPacks packs = new RollupPacks();
          for (Shape shape : catalog.shapes(one -> true)) {
            Pick pick = known.computeIfAbsent(shape.id(), unused -> pick(shape, wanted));
            if (pick.any()) {
              session.checkDeadline();
              RollupRead read =
                  new RollupRead(
                      pick, from, to, packs, into, (hour, what) -> doubt(shape, hour, what));
              readShape(session, shape, read, Span.of(from, to), pick, hourly, begun);
            }
          }
          return true;
        });
  }

  private void doubt(Shape shape, long hourEnd, String found) {
    doubts.doubt(shape.group(), hourEnd);
    report(found);
  }

  private Pick pick(Shape shape, Predicate<SeriesKey> wanted) {
    @Nullable SeriesKey[] series = new SeriesKey[shape.members().size()];
    boolean[] places = new boolean[series.length];
    boolean any = false;
    for (int place = 0; place < series.length; place++) {
      SeriesKey key = catalog.series(shape.members().get(place));
      series[place] = key;
      places[place] = key != null && wanted.test(key);
      any |= places[place];
    }
    return new Pick(series, places, any);
  }

  /** The numbers of hours that a span touches, both included. */
  private record Span(long first, long last) {
    static Span of(long from, long to) {
      long first = Math.max(0, Math.floorDiv(from, HourAggregator.HOUR) + 1);
      long last = Math.min(MOST_HOURS, -Math.floorDiv(-to, HourAggregator.HOUR));
      return new Span(Math.min(first, MOST_HOURS), Math.max(last, 0));
    }

    long hours() {
      return last - first + 1;
    }
  }

  private void readShape(
      SqliteSession session,
      Shape shape,
      RollupRead read,
      Span span,
      Pick pick,
      boolean hourly,
      long begun)
      throws SQLException {
    long first = (long) shape.id() << HOUR_BITS | span.first;
    boolean mayKeep = !hourly && span.hours() > 0 && span.hours() <= RollupCache.LONGEST;
    if (mayKeep && giveKept(first, (int) span.hours(), pick.places(), read)) {
      return;
    }
    PreparedStatement select =
        session.prepare(
            hourly
                ? "SELECT id, crc, pack FROM hours WHERE id BETWEEN ? AND ? ORDER BY id"
                : "SELECT id, crc, pack FROM minutes WHERE id BETWEEN ? AND ? ORDER BY id");
    long last = (long) shape.id() << HOUR_BITS | span.last;
    select.setLong(1, first);
    select.setLong(2, last);
    long next = first; // the first pack that was not looked at
    try (ResultSet rows = select.executeQuery()) {
      while (rows.next()) {
        long id = rows.getLong(1);
        byte[] pack = rows.getBytes(3);
        boolean sound = new Checksum().add(id).add(pack).value() == rows.getLong(2);
        if (sound) {
          read.take(id, pack, hourly);
        } else {
          doubt(shape, hourEndOf(id), "pack " + id + " does not match its checksum");
        }
        if (mayKeep) {
          keepNone(next, id - 1, pick, begun);
          if (sound) {
            keep(id, read, pick, begun);
          }
        }
        next = id + 1;
      }
    }
    if (mayKeep) {
      keepNone(next, last, pick, begun);
    }
  }

  /** Whether all that is asked for is kept, and was given. */
  private boolean giveKept(long first, int hours, boolean[] places, RollupRead read) {
    @Nullable Minutes @Nullable [] found = cache.find(first, hours, places);
    if (found == null) {
      return false;
    }
    for (int i = 0; i < found.length; i++) {
      Minutes minutes = found[i];
      if (minutes != null) {
        read.give(first + i / places.length, i % places.length, minutes);
      }
    }
    return true;
  }

  private void keep(long id, RollupRead read, Pick pick, long begun) {
    for (int place = 0; place < pick.places().length; place++) {
      Minutes minutes = pick.places()[place] ? read.minutes(place) : null;
      if (minutes != null) {
        cache.keep(id, place, minutes, begun);
      }
    }
  }

  /** Hours that have no pack. */
  private void keepNone(long first, long last, Pick pick, long begun) {
    for (long id = first; id <= last; id++) {
      for (int place = 0; place < pick.places().length; place++) {
        if (pick.places()[place]) {
          cache.keep(id, place, Minutes.NONE, begun);
        }
      }
    }
  }
}
