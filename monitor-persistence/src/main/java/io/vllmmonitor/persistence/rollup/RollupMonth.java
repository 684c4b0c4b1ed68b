package io.vllmmonitor.persistence.rollup;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.persistence.format.Checksum;
import io.vllmmonitor.persistence.format.DamagedBytesException;
import io.vllmmonitor.persistence.rollup.RollupCatalog.Shape;
import io.vllmmonitor.persistence.sqlite.SqliteFile;
import io.vllmmonitor.persistence.sqlite.SqliteSession;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The aggregates of one month, open. Thread-safe; one writer at a time. */
final class RollupMonth {
  /** The low bits of the id of a pack number its hour since 1970, the others its shape. */
  private static final int HOUR_BITS = 24;

  /** The last hour there can be, in the year 3883. */
  static final long MOST_HOURS = (1L << HOUR_BITS) - 1;

  private final SqliteFile file;
  private final RollupCatalog catalog;
  private final RollupDoubts doubts = new RollupDoubts();
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
    file.write(
        session -> {
          new RollupWriter(session, catalog, packs).write(hourEnd, group, version, series);
          return true;
        });
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
   * @param from exclusive
   * @param to inclusive
   */
  void read(Predicate<SeriesKey> wanted, long from, long to, boolean hourly, RollupCollector into) {
    file.read(
        session -> {
          catalog.refresh(session);
          RollupPacks packs = new RollupPacks();
          for (Shape shape : catalog.shapes(shape -> true)) {
            session.checkDeadline();
            readShape(session, shape, new Read(shape, wanted, from, to, hourly, packs, into));
          }
          return true;
        });
  }

  private void readShape(SqliteSession session, Shape shape, Read read) throws SQLException {
    if (!read.any) {
      return;
    }
    PreparedStatement select =
        session.prepare(
            read.hourly
                ? "SELECT id, crc, pack FROM hours WHERE id BETWEEN ? AND ? ORDER BY id"
                : "SELECT id, crc, pack FROM minutes WHERE id BETWEEN ? AND ? ORDER BY id");
    long firstHour = Math.max(0, Math.floorDiv(read.from, HourAggregator.HOUR) + 1);
    long lastHour = Math.min(MOST_HOURS, -Math.floorDiv(-read.to, HourAggregator.HOUR));
    select.setLong(1, (long) shape.id() << HOUR_BITS | Math.min(firstHour, MOST_HOURS));
    select.setLong(2, (long) shape.id() << HOUR_BITS | Math.max(lastHour, 0));
    try (ResultSet rows = select.executeQuery()) {
      while (rows.next()) {
        read.take(rows.getLong(1), rows.getLong(2), rows.getBytes(3));
      }
    }
  }

  /** Reading the packs of one shape. */
  private final class Read implements RollupPacks.Sink {
    private final String group;
    private final @Nullable SeriesKey[] series;
    private final boolean[] places;
    private final long from;
    private final long to;
    private final boolean hourly;
    private final RollupPacks packs;
    private final RollupCollector into;
    private boolean any;
    private long hourEnd;

    Read(
        Shape shape,
        Predicate<SeriesKey> wanted,
        long from,
        long to,
        boolean hourly,
        RollupPacks packs,
        RollupCollector into) {
      this.group = shape.group();
      this.series = new SeriesKey[shape.members().size()];
      this.places = new boolean[series.length];
      this.from = from;
      this.to = to;
      this.hourly = hourly;
      this.packs = packs;
      this.into = into;
      for (int place = 0; place < series.length; place++) {
        SeriesKey key = catalog.series(shape.members().get(place));
        series[place] = key;
        places[place] = key != null && wanted.test(key);
        any |= places[place];
      }
    }

    void take(long id, long crc, byte[] pack) {
      hourEnd = hourEndOf(id);
      if (new Checksum().add(id).add(pack).value() != crc) {
        doubts.doubt(group, hourEnd);
        report("pack " + id + " does not match its checksum");
        return;
      }
      try {
        if (hourly) {
          packs.decodeHour(pack, places, this);
        } else {
          packs.decodeMinutes(pack, places, this);
        }
      } catch (DamagedBytesException e) {
        doubts.doubt(group, hourEnd);
        report("pack " + id + ": " + e.getMessage());
      }
    }

    @Override
    public void take(int place, int minute, double[] aggregates) {
      long end = hourEnd - (HourAggregator.MINUTES - 1 - minute) * HourAggregator.MINUTE;
      SeriesKey key = series[place];
      if (end > from && end <= to && key != null) {
        into.add(key, end, aggregates);
      }
    }

    @Override
    public void damaged(int place, String reason) {
      doubts.doubt(group, hourEnd);
      report(series[place] + " in the hour that ends at " + hourEnd + " ms: " + reason);
    }
  }
}
