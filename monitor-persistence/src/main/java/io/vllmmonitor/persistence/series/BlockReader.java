package io.vllmmonitor.persistence.series;

import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.persistence.format.ColumnSink;
import io.vllmmonitor.persistence.format.DamagedBytesException;
import io.vllmmonitor.persistence.format.PackCodec;
import io.vllmmonitor.persistence.format.TimeCodec;
import io.vllmmonitor.persistence.series.SampleCollector.Column;
import io.vllmmonitor.persistence.sqlite.SqliteSession;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.IntPredicate;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Reads the blocks of one day on one snapshot; only packs that hold wanted series are decoded. Made
 * per read, used by one thread.
 */
final class BlockReader {
  private final Path file;
  private final SqliteSession session;
  private final BlockTable table;
  private final Map<Integer, SeriesKey[]> shapes;
  private final Consumer<MonitorException> damage;
  private final PackCodec packs = new PackCodec();
  private final TimeCodec times = new TimeCodec();

  /**
   * @param damage told of every block, pack and column that must be left out
   */
  BlockReader(
      Path file,
      SqliteSession session,
      Map<Integer, SeriesKey[]> shapes,
      Consumer<MonitorException> damage) {
    this.file = file;
    this.session = session;
    this.table = new BlockTable(file);
    this.shapes = shapes;
    this.damage = damage;
  }

  /** Takes one column of a block. */
  interface Sink {
    /**
     * @param place of the series in the shape of the block
     * @param values as {@link ColumnSink#column} gives them
     */
    void column(int place, double[] values, int count, long @Nullable [] presence);
  }

  /** Both ends inclusive. */
  void read(long from, long to, Predicate<SeriesKey> wanted, SampleCollector into)
      throws SQLException {
    read(from, to, shape -> true, wanted, into);
  }

  /** The same for blocks of some shapes only. */
  void read(
      long from, long to, IntPredicate ofShape, Predicate<SeriesKey> wanted, SampleCollector into)
      throws SQLException {
    Map<Integer, boolean[]> picks = new HashMap<>();
    for (Block block : table.between(session, from, to, damage)) {
      SeriesKey[] members = members(block);
      if (members == null) {
        continue;
      }
      boolean[] places =
          picks.computeIfAbsent(
              block.shape(), shape -> ofShape.test(shape) ? pick(members, wanted) : new boolean[0]);
      long[] at = places.length == 0 ? null : times(block);
      if (at != null) {
        int start = lowerBound(at, from);
        int end = to == Long.MAX_VALUE ? at.length : lowerBound(at, to + 1);
        columns(
            block,
            members.length,
            places,
            (place, values, count, presence) ->
                add(into.column(members[place]), at, values, presence, start, end));
      }
    }
  }

  /** The sound blocks that touch a span, oldest first. */
  List<Block> between(long from, long to) throws SQLException {
    return table.between(session, from, to, damage);
  }

  /** Empty when nothing is wanted. */
  static boolean[] pick(SeriesKey[] members, Predicate<SeriesKey> wanted) {
    boolean[] places = new boolean[members.length];
    boolean some = false;
    for (int i = 0; i < places.length; i++) {
      places[i] = wanted.test(members[i]);
      some |= places[i];
    }
    return some ? places : new boolean[0];
  }

  /** The first of growing times that is not before a moment. */
  static int lowerBound(long[] times, long at) {
    int index = Arrays.binarySearch(times, at);
    return index >= 0 ? index : -index - 1;
  }

  /** Adds the rows of a decoded column that lie between two. */
  static void add(
      Column into, long[] at, double[] values, long @Nullable [] presence, int start, int end) {
    if (presence == null) {
      into.addAll(at, values, start, end);
      return;
    }
    int next = 0;
    for (int word = 0; word < presence.length; word++) {
      for (long rest = presence[word]; rest != 0; rest &= rest - 1) {
        int row = word * Long.SIZE + Long.numberOfTrailingZeros(rest);
        if (row >= start && row < end) {
          into.add(at[row], values[next]);
        }
        next++;
      }
    }
  }

  /** Null, and told, when the shape is not known. */
  SeriesKey @Nullable [] members(Block block) {
    SeriesKey[] members = shapes.get(block.shape());
    if (members == null) {
      damage.accept(
          Catalog.damaged(file, "block " + block.id() + " has the unknown shape " + block.shape()));
    }
    return members;
  }

  /** Null, and told, when they cannot be read. */
  long @Nullable [] times(Block block) {
    try {
      long[] decoded = times.decode(block.times());
      if (decoded.length == block.rows()) {
        return decoded;
      }
      damage.accept(
          Catalog.damaged(
              file,
              "block " + block.id() + " has " + decoded.length + " times for " + block.rows()));
    } catch (DamagedBytesException e) {
      damage.accept(
          Catalog.damaged(file, "the times of block " + block.id() + ": " + e.getMessage()));
    }
    return null;
  }

  /**
   * Decodes the wanted columns of a block.
   *
   * @param wanted by place in the shape
   */
  void columns(Block block, int series, boolean[] wanted, Sink sink) throws SQLException {
    for (int pack = 0; pack < Block.packs(series); pack++) {
      int first = pack * Block.PACK;
      boolean[] ofPack = Arrays.copyOfRange(wanted, first, Math.min(first + Block.PACK, series));
      pack(block, pack, ofPack, sink);
    }
  }

  /**
   * Decodes the wanted columns of one pack of a block.
   *
   * @param pack counts from 0
   * @param wanted by place in the pack
   */
  void pack(Block block, int pack, boolean[] wanted, Sink sink) throws SQLException {
    if (contains(wanted)) {
      session.checkDeadline();
      columns(block, block.firstPack() + pack, pack * Block.PACK, wanted, sink);
    }
  }

  private static boolean contains(boolean[] flags) {
    for (boolean flag : flags) {
      if (flag) {
        return true;
      }
    }
    return false;
  }

  private void columns(Block block, long pack, int first, boolean[] wanted, Sink sink)
      throws SQLException {
    Optional<byte[]> bytes = table.pack(session, pack, damage);
    if (bytes.isEmpty()) {
      return;
    }
    try {
      packs.decode(bytes.get(), block.rows(), wanted, shifted(pack, first, sink));
    } catch (DamagedBytesException e) {
      damage.accept(Catalog.damaged(file, "pack " + pack + ": " + e.getMessage()));
    }
  }

  private ColumnSink shifted(long pack, int first, Sink sink) {
    return new ColumnSink() {
      @Override
      public void column(int place, double[] values, int count, long @Nullable [] presence) {
        sink.column(first + place, values, count, presence);
      }

      @Override
      public void damaged(int place, String reason) {
        damage.accept(
            Catalog.damaged(file, "column " + place + " of pack " + pack + ": " + reason));
      }
    };
  }

  /** Adds the wanted series that may have a sample in the span; a block answers for all of its. */
  void seriesIn(long from, long to, Predicate<SeriesKey> wanted, Set<SeriesKey> into)
      throws SQLException {
    for (Block block : table.between(session, from, to, damage)) {
      SeriesKey[] members = members(block);
      if (members == null) {
        continue;
      }
      boolean[] missing = new boolean[members.length];
      for (int i = 0; i < members.length; i++) {
        missing[i] = wanted.test(members[i]) && !into.contains(members[i]);
      }
      long[] at = contains(missing) ? times(block) : null;
      if (at != null) {
        addPresent(block, members, missing, at, from, to, into);
      }
    }
  }

  private void addPresent(
      Block block,
      SeriesKey[] members,
      boolean[] missing,
      long[] at,
      long from,
      long to,
      Set<SeriesKey> into)
      throws SQLException {
    if (from <= block.firstMillis()
        && to >= block.lastMillis()
        && block.samples() == (long) block.rows() * members.length) {
      for (int i = 0; i < members.length; i++) {
        if (missing[i]) {
          into.add(members[i]); // a full block that lies within the span
        }
      }
      return;
    }
    int start = lowerBound(at, from);
    int end = to == Long.MAX_VALUE ? at.length : lowerBound(at, to + 1);
    columns(
        block,
        members.length,
        missing,
        (place, values, count, presence) -> {
          boolean there = presence == null && start < end;
          for (int row = start; presence != null && row < end && !there; row++) {
            there = (presence[row >> 6] & 1L << row) != 0;
          }
          if (there) {
            into.add(members[place]);
          }
        });
  }

  /** Restores the newest sample of every series, looking into as few blocks as that takes. */
  void newest(NewestSamples into) throws SQLException {
    List<Block> blocks =
        table.between(session, Long.MIN_VALUE, Long.MAX_VALUE, damage).stream()
            .sorted((a, b) -> Long.compare(b.lastMillis(), a.lastMillis()))
            .toList();
    Map<SeriesKey, Long> seen = new HashMap<>();
    for (Block block : blocks) {
      SeriesKey[] members = members(block);
      if (members == null) {
        continue;
      }
      boolean[] wanted = new boolean[members.length];
      for (int i = 0; i < members.length; i++) {
        // Blocks of late samples overlap others: one that ends later may know an older sample.
        wanted[i] = seen.getOrDefault(members[i], Long.MIN_VALUE) < block.lastMillis();
      }
      long[] at = contains(wanted) ? times(block) : null;
      if (at != null) {
        columns(
            block,
            members.length,
            wanted,
            (place, values, count, presence) -> {
              if (count > 0) {
                long last = at[lastRow(presence, at.length)];
                seen.merge(members[place], last, Math::max);
                into.restore(members[place], last, values[count - 1]);
              }
            });
      }
    }
  }

  private static int lastRow(long @Nullable [] presence, int rows) {
    if (presence == null) {
      return rows - 1;
    }
    int word = presence.length - 1;
    while (presence[word] == 0) {
      word--;
    }
    return word * Long.SIZE + Long.SIZE - 1 - Long.numberOfLeadingZeros(presence[word]);
  }
}
