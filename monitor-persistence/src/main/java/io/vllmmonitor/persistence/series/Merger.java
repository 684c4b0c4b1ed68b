package io.vllmmonitor.persistence.series;

import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.persistence.format.PackCodec;
import io.vllmmonitor.persistence.format.TimeCodec;
import io.vllmmonitor.persistence.sqlite.SqliteSession;
import java.nio.file.Path;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.LongStream;

/**
 * Makes one block of several small ones of a target, pack by pack, so that little is in memory at
 * once. Made per transaction.
 */
final class Merger {
  private final SqliteSession session;
  private final JournalWriter writer;
  private final BlockTable table;
  private final BlockReader reader;
  private boolean damaged;

  Merger(
      Path file,
      SqliteSession session,
      JournalWriter writer,
      Map<Integer, SeriesKey[]> shapes,
      Consumer<MonitorException> damage) {
    this.session = session;
    this.writer = writer;
    this.table = new BlockTable(file);
    this.reader =
        new BlockReader(
            file,
            session,
            shapes,
            e -> {
              damaged = true;
              damage.accept(e);
            });
  }

  /** One of the blocks that go into the new one. */
  @SuppressWarnings("ArrayRecordComponent") // confined to one merge
  private record Source(
      Block block, SeriesKey[] members, long[] times, Map<SeriesKey, Integer> placeOf) {}

  /**
   * Merges the first run of small blocks.
   *
   * @param least how many rows a run must have to be worth it; a run of two blocks or more
   * @return whether there was such a run
   */
  boolean mergeSome(String target, int least, Consumer<MonitorException> damage)
      throws SQLException {
    List<Block> run = new ArrayList<>();
    int rows = 0;
    for (Block block : table.ofTarget(session, target, damage)) {
      boolean fits = rows + block.rows() <= Block.MOST_ROWS;
      if (!fits || block.rows() >= Block.MOST_ROWS) {
        if (run.size() > 1 && rows >= least) {
          break;
        }
        run.clear();
        rows = 0;
      }
      if (block.rows() < Block.MOST_ROWS) {
        run.add(block);
        rows += block.rows();
      }
    }
    return run.size() > 1 && rows >= least && merge(target, run);
  }

  private boolean merge(String target, List<Block> blocks) throws SQLException {
    List<Source> sources = new ArrayList<>();
    for (Block block : blocks) {
      SeriesKey[] members = reader.members(block);
      long[] times = members == null ? null : reader.times(block);
      if (members == null || times == null) {
        return false; // told; what cannot be read stays as it is
      }
      Map<SeriesKey, Integer> placeOf = new HashMap<>();
      for (int i = 0; i < members.length; i++) {
        placeOf.put(members[i], i);
      }
      sources.add(new Source(block, members, times, placeOf));
    }
    return write(target, sources);
  }

  private boolean write(String target, List<Source> sources) throws SQLException {
    long[] times =
        sources.stream()
            .flatMapToLong(source -> LongStream.of(source.times()))
            .sorted()
            .distinct()
            .toArray();
    List<SeriesKey> series = union(sources);
    List<byte[]> packs = new ArrayList<>();
    RowGrid grid = new RowGrid();
    PackCodec codec = new PackCodec();
    List<int[]> rowsOf = sources.stream().map(source -> rowsIn(times, source.times())).toList();
    long samples = 0;
    for (int first = 0; first < series.size(); first += Block.PACK) {
      List<SeriesKey> some = series.subList(first, Math.min(first + Block.PACK, series.size()));
      grid.begin(some.size(), times.length);
      for (int i = 0; i < sources.size(); i++) {
        gather(sources.get(i), some, rowsOf.get(i), grid);
      }
      packs.add(codec.encode(grid.toColumns(), times.length));
      samples += grid.samples();
    }
    if (damaged) {
      return false; // what is damaged is left where it is, for rescue; reads serve the rest
    }
    replace(target, sources, times, series, packs, samples);
    return true;
  }

  private void replace(
      String target,
      List<Source> sources,
      long[] times,
      List<SeriesKey> series,
      List<byte[]> packs,
      long samples)
      throws SQLException {
    long before = 0;
    for (Source source : sources) {
      table.delete(session, source.block(), Block.packs(source.members().length));
      before += source.block().samples();
    }
    int shape = writer.shapeOf(session, target, writer.idsOf(session, series));
    long unused =
        table.insert(
            session,
            target,
            new long[] {times[0], times[times.length - 1]},
            times.length,
            samples,
            shape,
            new TimeCodec().encode(times, times.length),
            packs);
    PreparedStatement totals =
        session.prepare("UPDATE totals SET samples = samples + ? WHERE id = 1");
    totals.setLong(1, samples - before);
    totals.executeUpdate();
  }

  private static int[] rowsIn(long[] all, long[] some) {
    int[] rows = new int[some.length];
    for (int i = 0; i < some.length; i++) {
      rows[i] = Arrays.binarySearch(all, some[i]);
    }
    return rows;
  }

  private static List<SeriesKey> union(List<Source> sources) {
    Map<SeriesKey, Boolean> all = new LinkedHashMap<>();
    for (int i = sources.size() - 1; i >= 0; i--) {
      for (SeriesKey key : sources.get(i).members()) {
        all.putIfAbsent(key, true);
      }
    }
    return List.copyOf(all.keySet());
  }

  private void gather(Source source, List<SeriesKey> some, int[] rowOf, RowGrid grid)
      throws SQLException {
    boolean[] wanted = new boolean[source.members().length];
    Map<Integer, Integer> columnOf = new HashMap<>();
    for (int i = 0; i < some.size(); i++) {
      Integer place = source.placeOf().get(some.get(i));
      if (place != null) {
        wanted[place] = true;
        columnOf.put(place, i);
      }
    }
    reader.columns(
        source.block(),
        source.members().length,
        wanted,
        (place, values, count, presence) ->
            grid.putAll(columnOf.getOrDefault(place, 0), values, count, presence, rowOf));
  }
}
