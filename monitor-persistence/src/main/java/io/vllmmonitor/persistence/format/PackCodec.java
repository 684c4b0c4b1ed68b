package io.vllmmonitor.persistence.format;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A pack as bytes and back, bit for bit: the columns of neighbouring series that share the times of
 * their rows. The layout is described in docs/formats/chunk.md. Keeps its buffers; used by one
 * thread at a time.
 */
public final class PackCodec {
  /** The most rows of a pack. */
  public static final int MOST_ROWS = 65_535;

  /** The most columns of a pack. */
  public static final int MOST_COLUMNS = 255;

  private final PackEncoder encoder = new PackEncoder();
  private final PackDecoder decoder = new PackDecoder();

  /** Ready for both directions. */
  public PackCodec() {}

  /**
   * @param columns 1 to {@link #MOST_COLUMNS}; neighbours that resemble each other (the buckets of
   *     one histogram, in order) side by side
   * @param rows at most {@link #MOST_ROWS}
   */
  public byte[] encode(List<PackColumn> columns, int rows) {
    if (columns.isEmpty() || columns.size() > MOST_COLUMNS || rows < 0 || rows > MOST_ROWS) {
      throw new IllegalArgumentException(
          "A pack of " + columns.size() + " columns and " + rows + " rows");
    }
    columns.forEach(column -> requireFits(column, rows));
    return encoder.encode(columns, rows);
  }

  private static void requireFits(PackColumn column, int rows) {
    long[] presence = column.presence();
    boolean fits = presence == null ? column.count() == rows : Presence.fits(presence, rows);
    if (!fits) {
      throw new IllegalArgumentException(
          "A column of " + column.count() + " values in a pack of " + rows + " rows");
    }
  }

  /**
   * Gives the wanted columns to the sink, damaged ones as such.
   *
   * @param rows what the pack must have
   * @param wanted by place; columns beyond its end are not wanted
   * @throws DamagedBytesException when the head of the pack is damaged, so that nothing of it can
   *     be read
   */
  public void decode(byte[] pack, int rows, boolean[] wanted, ColumnSink sink) {
    decoder.decode(pack, rows, wanted, sink);
  }

  /**
   * All columns, in copies of their own.
   *
   * @throws DamagedBytesException when anything of the pack is damaged
   */
  public List<PackColumn> decode(byte[] pack, int rows) {
    boolean[] all = new boolean[MOST_COLUMNS];
    Arrays.fill(all, true);
    List<PackColumn> columns = new ArrayList<>();
    decode(
        pack,
        rows,
        all,
        new ColumnSink() {
          @Override
          public void column(int place, double[] values, int count, long @Nullable [] presence) {
            columns.add(PackColumn.of(Arrays.copyOf(values, count), count, presence));
          }

          @Override
          public void damaged(int place, String reason) {
            throw new DamagedBytesException("Column " + place + ": " + reason);
          }
        });
    return columns;
  }
}
