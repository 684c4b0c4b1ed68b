package io.vllmmonitor.persistence.rollup;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.persistence.format.Checksum;
import io.vllmmonitor.persistence.format.DamagedBytesException;
import io.vllmmonitor.persistence.rollup.RollupCatalog.Shape;
import io.vllmmonitor.persistence.sqlite.SqliteInspection;
import io.vllmmonitor.persistence.sqlite.SqliteSession;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads everything that the file of a month holds: every series, shape and pack against its
 * checksum, every pack decoded, every hour against the number of its aggregates. Called by
 * verification; changes nothing.
 */
public final class MonthFileCheck {
  private final SqliteInspection inspection;

  public MonthFileCheck(SqliteInspection inspection) {
    this.inspection = requireNonNull(inspection, "inspection");
  }

  /**
   * What was read. Immutable.
   *
   * @param hours of scrape groups, of which aggregates are there
   */
  public record Counts(long hours, long packs, long aggregates) {}

  /** Whether the name is that of a month. */
  public static boolean isMonth(String fileName) {
    return Months.parse(fileName).isPresent();
  }

  /**
   * Checks one file.
   *
   * @param found told in one sentence of each piece that is damaged
   * @throws MonitorException STORE_FOREIGN, STORE_NEWER, STORE_DAMAGED or STORE_IO when the file
   *     cannot be read, or not to its end
   */
  public Counts check(Path file, Consumer<String> found) {
    return inspection.inspect(
        file, RollupFolder.SCHEMA, found, session -> new Reading(session, found).run());
  }

  private record GroupHour(String group, long end) {}

  /** One run over one file; used by one thread. */
  private static final class Reading {
    private final SqliteSession session;
    private final Consumer<String> found;
    private final RollupCatalog catalog = new RollupCatalog(this::damage);
    private final RollupPacks decoder = new RollupPacks();
    private final Map<Integer, Shape> shapes = new HashMap<>();
    private final Map<GroupHour, Long> counted = new HashMap<>();
    private long damaged;
    private long packs;

    Reading(SqliteSession session, Consumer<String> found) {
      this.session = session;
      this.found = found;
    }

    private void damage(String what) {
      damaged++;
      found.accept(what);
    }

    Counts run() throws SQLException {
      catalog.refresh(session);
      catalog.shapes(shape -> true).forEach(shape -> shapes.put(shape.id(), shape));
      read("SELECT id, crc, pack FROM minutes", false);
      read("SELECT id, crc, pack FROM hours", true);
      long hours = compareWithCovered();
      long aggregates = counted.values().stream().mapToLong(Long::longValue).sum();
      return new Counts(hours, packs, aggregates);
    }

    private void read(String sql, boolean hourly) throws SQLException {
      try (ResultSet rows = session.prepare(sql).executeQuery()) {
        while (rows.next()) {
          packs++;
          byte @Nullable [] pack = rows.getBytes(3);
          check(rows.getLong(1), rows.getLong(2), pack == null ? new byte[0] : pack, hourly);
        }
      }
    }

    private void check(long id, long crc, byte[] pack, boolean hourly) {
      String name = (hourly ? "hourly pack " : "pack of minutes ") + id;
      Shape shape = shapes.get(RollupMonth.shapeOf(id));
      if (new Checksum().add(id).add(pack).value() != crc) {
        damage(name + " does not match its checksum");
        return;
      }
      if (shape == null) {
        damage(name + " has the unknown shape " + RollupMonth.shapeOf(id));
        return;
      }
      Counting sink = new Counting(name);
      boolean[] all = new boolean[shape.members().size()];
      Arrays.fill(all, true);
      try {
        if (hourly) {
          decoder.decodeHour(pack, all, sink);
        } else {
          decoder.decodeMinutes(pack, all, sink);
        }
      } catch (DamagedBytesException e) {
        damage(name + ": " + e.getMessage());
      }
      counted.merge(
          new GroupHour(shape.group(), RollupMonth.hourEndOf(id)), sink.aggregates, Long::sum);
    }

    /** Only where nothing else is wrong: then the numbers must agree. */
    private long compareWithCovered() throws SQLException {
      long hours = 0;
      String sql = "SELECT scrape_group, hour, version, aggregates, crc FROM covered";
      try (ResultSet rows = session.prepare(sql).executeQuery()) {
        while (rows.next()) {
          hours++;
          String group = String.valueOf(rows.getString(1));
          long end = rows.getLong(2);
          long aggregates = rows.getLong(4);
          if (RollupMonth.coveredChecksum(group, end, rows.getLong(3), aggregates)
              != rows.getLong(5)) {
            damage("the version of the hour that ends at " + end + " ms does not match");
          } else if (damaged == 0
              && counted.getOrDefault(new GroupHour(group, end), 0L) != aggregates) {
            damage(
                "the hour that ends at "
                    + end
                    + " ms has "
                    + counted.getOrDefault(new GroupHour(group, end), 0L)
                    + " aggregates of "
                    + group
                    + ", but "
                    + aggregates
                    + " were written");
          }
        }
      }
      return hours;
    }

    /** Counts the aggregates of one pack. */
    private final class Counting implements RollupPacks.Sink {
      private final String name;
      private long aggregates;

      Counting(String name) {
        this.name = name;
      }

      @Override
      public void take(int place, int minute, double[] values) {
        aggregates++;
      }

      @Override
      public void damaged(int place, String reason) {
        damage("series " + place + " of " + name + ": " + reason);
      }
    }
  }
}
