package io.vllmmonitor.persistence.series;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.persistence.format.ValueCodec;
import io.vllmmonitor.persistence.series.JournalReader.Row;
import io.vllmmonitor.persistence.sqlite.SqliteInspection;
import io.vllmmonitor.persistence.sqlite.SqliteSession;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads everything that a day file holds: every series, block, pack and journal row against its
 * checksum, every column decoded, every count against what was written. Called by verification;
 * changes nothing.
 */
public final class DayFileCheck {
  private final SqliteInspection inspection;

  public DayFileCheck(SqliteInspection inspection) {
    this.inspection = requireNonNull(inspection, "inspection");
  }

  /**
   * What was read. Immutable.
   *
   * @param rows that wait in the journal
   * @param samples in blocks and rows
   * @param quarantined pieces that an earlier damage made unreadable, kept aside in the file
   */
  public record Counts(long blocks, long packs, long rows, long samples, long quarantined) {}

  /** Whether the name is that of a day. */
  public static boolean isDay(String fileName) {
    return Days.parse(fileName).isPresent();
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
        file, Partitions.SCHEMA, found, session -> new Reading(file, session, found).run());
  }

  /** One run over one file; used by one thread. */
  private static final class Reading {
    private final Path file;
    private final SqliteSession session;
    private final Consumer<String> found;
    private long damaged;
    private long packs;
    private long samples;

    Reading(Path file, SqliteSession session, Consumer<String> found) {
      this.file = file;
      this.session = session;
      this.found = found;
    }

    private void damage(String what) {
      damaged++;
      found.accept(what);
    }

    private void damage(MonitorException e) {
      damage(Catalog.foundIn(file, e));
    }

    Counts run() throws SQLException {
      Map<Integer, SeriesKey[]> shapes = shapes();
      long blocks = 0;
      BlockReader reader = new BlockReader(file, session, shapes, this::damage);
      for (Block block :
          new BlockTable(file).between(session, Long.MIN_VALUE, Long.MAX_VALUE, this::damage)) {
        blocks++;
        check(reader, block);
      }
      long rows = journal(shapes);
      long quarantined = session.number("SELECT count(*) FROM quarantine");
      if (damaged == 0 && quarantined == 0) {
        compareTotals();
      }
      return new Counts(blocks, packs, rows, samples, quarantined);
    }

    private Map<Integer, SeriesKey[]> shapes() throws SQLException {
      try {
        return new Catalog(file).shapes(session);
      } catch (MonitorException e) {
        damage(e);
        return Map.of(); // no block can be decoded then, which is told of each
      }
    }

    private void check(BlockReader reader, Block block) throws SQLException {
      long before = damaged;
      SeriesKey[] members = reader.members(block);
      long[] times = reader.times(block);
      if (members == null || times == null) {
        return;
      }
      checkTimes(block, times);
      boolean[] all = new boolean[members.length];
      Arrays.fill(all, true);
      long[] count = {0};
      reader.columns(
          block, members.length, all, (place, values, size, presence) -> count[0] += size);
      packs += Block.packs(members.length);
      samples += count[0];
      if (damaged == before && count[0] != block.samples()) {
        damage(
            "block "
                + block.id()
                + " holds "
                + count[0]
                + " samples, but "
                + block.samples()
                + " were written");
      }
    }

    private void checkTimes(Block block, long[] times) {
      for (int i = 1; i < times.length; i++) {
        if (times[i] <= times[i - 1]) {
          damage("the times of block " + block.id() + " are not in order");
          return;
        }
      }
      if (times.length > 0
          && (times[0] != block.firstMillis() || times[times.length - 1] != block.lastMillis())) {
        damage("block " + block.id() + " does not span what its head says");
      }
    }

    private long journal(Map<Integer, SeriesKey[]> shapes) throws SQLException {
      long count = 0;
      String sql = "SELECT id, shape, form, crc, samples FROM journal";
      try (ValueCodec codec = new ValueCodec();
          ResultSet rows = session.prepare(sql).executeQuery()) {
        JournalReader reader = new JournalReader(file, session, codec, shapes, this::damage);
        while (rows.next()) {
          count++;
          long id = rows.getLong(1);
          byte @Nullable [] bytes = rows.getBytes(5);
          try {
            Row row = new Row(id, rows.getInt(2), rows.getInt(3), rows.getLong(4), bytes);
            samples += reader.values(row).length;
          } catch (MonitorException e) {
            damage(e);
          }
        }
      }
      return count;
    }

    private void compareTotals() throws SQLException {
      long stored = session.number("SELECT count(*) FROM packs");
      if (stored != packs) {
        damage("it has " + stored + " packs, but its blocks name " + packs);
      }
      long written = session.number("SELECT samples FROM totals");
      if (written != samples) {
        damage("it holds " + samples + " samples, but " + written + " were written");
      }
    }
  }
}
