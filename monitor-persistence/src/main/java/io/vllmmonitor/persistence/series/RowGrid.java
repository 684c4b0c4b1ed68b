package io.vllmmonitor.persistence.series;

import io.vllmmonitor.persistence.format.PackColumn;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The columns of one pack while it is put together, row by row or from columns that were there
 * before. Of two values in one place the one with the greater raw bits stays, so that the order of
 * putting does not matter. Used by one thread, for one pack after the other.
 */
final class RowGrid {
  private final double[][] values = new double[Block.PACK][];
  private final long[][] present = new long[Block.PACK][];
  private int columns;
  private int rows;

  /** Empties it for the next pack. */
  void begin(int newColumns, int newRows) {
    columns = newColumns;
    rows = newRows;
    int words = (newRows + Long.SIZE - 1) / Long.SIZE;
    for (int i = 0; i < columns; i++) {
      if (values[i] == null || values[i].length != rows) {
        values[i] = new double[rows];
        present[i] = new long[words];
      } else {
        Arrays.fill(present[i], 0);
      }
    }
  }

  void put(int column, int row, double value) {
    long bit = 1L << row;
    if ((present[column][row >> 6] & bit) != 0) {
      long there = Double.doubleToRawLongBits(values[column][row]);
      if (Long.compareUnsigned(Double.doubleToRawLongBits(value), there) <= 0) {
        return;
      }
    }
    present[column][row >> 6] |= bit;
    values[column][row] = value;
  }

  /**
   * Puts a decoded column.
   *
   * @param rowOf which row of this pack each row of the old block is
   */
  void putAll(int column, double[] from, int count, long @Nullable [] presence, int[] rowOf) {
    if (presence == null) {
      for (int i = 0; i < count; i++) {
        put(column, rowOf[i], from[i]);
      }
      return;
    }
    int next = 0;
    for (int word = 0; word < presence.length; word++) {
      for (long rest = presence[word]; rest != 0; rest &= rest - 1) {
        int row = word * Long.SIZE + Long.numberOfTrailingZeros(rest);
        put(column, rowOf[row], from[next++]);
      }
    }
  }

  long samples() {
    long samples = 0;
    for (int i = 0; i < columns; i++) {
      samples += count(present[i]);
    }
    return samples;
  }

  /** Uses the arrays of this grid; valid until the next {@link #begin}. */
  List<PackColumn> toColumns() {
    List<PackColumn> made = new ArrayList<>(columns);
    for (int i = 0; i < columns; i++) {
      int count = count(present[i]);
      if (count == rows) {
        made.add(PackColumn.full(values[i]));
      } else {
        made.add(PackColumn.of(compacted(i, count), count, present[i].clone()));
      }
    }
    return made;
  }

  private double[] compacted(int column, int count) {
    double[] some = new double[count];
    int next = 0;
    for (int word = 0; word < present[column].length; word++) {
      for (long rest = present[column][word]; rest != 0; rest &= rest - 1) {
        some[next++] = values[column][word * Long.SIZE + Long.numberOfTrailingZeros(rest)];
      }
    }
    return some;
  }

  private static int count(long[] bits) {
    int count = 0;
    for (long word : bits) {
      count += Long.bitCount(word);
    }
    return count;
  }
}
