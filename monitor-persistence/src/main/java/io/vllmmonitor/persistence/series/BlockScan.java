package io.vllmmonitor.persistence.series;

import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.api.store.SampleVisitor;
import io.vllmmonitor.persistence.series.SampleCollector.Column;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Hands the samples of a day to a visitor pack by pack, so that never more than the series of one
 * pack are held: possible where all blocks of the span that hold wanted series hold the same ones.
 * Made per read, used by one thread.
 */
final class BlockScan {
  /** The rows of a block that lie in the span. */
  @SuppressWarnings("ArrayRecordComponent") // confined to one read
  private record Part(Block block, long[] at, int start, int end) {}

  private final BlockReader reader;
  private final SampleCollector journal;
  private final List<Part> parts = new ArrayList<>();
  private int shape = -1;
  private SeriesKey[] members = {};
  private boolean[] places = {};

  /**
   * @param journal what the journal has of the span; it is emptied on the way, and counts all
   *     samples
   */
  BlockScan(BlockReader reader, SampleCollector journal) {
    this.reader = reader;
    this.journal = journal;
  }

  /**
   * Visits the wanted series that have samples, each once; both ends inclusive.
   *
   * @return false when the blocks differ in their series; then nothing was visited
   */
  boolean run(long from, long to, Predicate<SeriesKey> wanted, SampleVisitor visitor)
      throws SQLException {
    for (Block block : reader.between(from, to)) {
      SeriesKey[] own = reader.members(block);
      if (own == null) {
        continue;
      }
      if (block.shape() != shape) {
        boolean[] picked = BlockReader.pick(own, wanted);
        if (picked.length == 0) {
          continue;
        }
        if (shape >= 0) {
          return false;
        }
        shape = block.shape();
        members = own;
        places = picked;
      }
      long[] at = reader.times(block);
      if (at != null) {
        int end = to == Long.MAX_VALUE ? at.length : BlockReader.lowerBound(at, to + 1);
        parts.add(new Part(block, at, BlockReader.lowerBound(at, from), end));
      }
    }
    for (int pack = 0; pack < Block.packs(members.length); pack++) {
      visit(pack, visitor);
    }
    journal.visit(visitor);
    return true;
  }

  private void visit(int pack, SampleVisitor visitor) throws SQLException {
    int first = pack * Block.PACK;
    boolean[] wanted =
        Arrays.copyOfRange(places, first, Math.min(first + Block.PACK, members.length));
    @Nullable Column[] columns = new Column[wanted.length];
    for (int i = 0; i < wanted.length; i++) {
      if (wanted[i]) {
        columns[i] = journal.spare(i);
      }
    }
    for (Part part : parts) {
      reader.pack(
          part.block,
          pack,
          wanted,
          (place, values, count, presence) -> {
            Column column = columns[place - first];
            if (column != null) {
              BlockReader.add(column, part.at, values, presence, part.start, part.end);
            }
          });
    }
    for (int i = 0; i < wanted.length; i++) {
      Column column = columns[i];
      if (column != null) {
        journal.finish(members[first + i], column, visitor);
      }
    }
  }
}
