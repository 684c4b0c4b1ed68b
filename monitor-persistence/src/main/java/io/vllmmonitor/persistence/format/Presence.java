package io.vllmmonitor.persistence.format;

/**
 * In which rows a column has a value: bit {@code row % 64} of number {@code row / 64}. On the disk
 * it is the lengths of the runs, absent and present in turn, beginning with absent.
 */
final class Presence {
  private Presence() {}

  static int count(long[] presence) {
    int count = 0;
    for (long word : presence) {
      count += Long.bitCount(word);
    }
    return count;
  }

  static int words(int rows) {
    return (rows + Long.SIZE - 1) / Long.SIZE;
  }

  static boolean has(long[] presence, int row) {
    return (presence[row >>> 6] >>> row & 1) != 0;
  }

  /** Whether it has the length for these rows and no bit beyond them. */
  static boolean fits(long[] presence, int rows) {
    int rest = rows % Long.SIZE;
    return presence.length == words(rows)
        && (rest == 0 || presence[presence.length - 1] >>> rest == 0);
  }

  static void write(long[] presence, int rows, ByteWriter into) {
    int row = 0;
    boolean state = false;
    while (row < rows) {
      int start = row;
      while (row < rows && has(presence, row) == state) {
        row++;
      }
      into.varint(row - start);
      state = !state;
    }
  }

  static long[] read(ByteReader from, int rows) {
    long[] presence = new long[words(rows)];
    int row = 0;
    boolean state = false;
    while (row < rows) {
      long run = from.varint();
      if (run < 0 || run > rows - row || (run == 0 && row > 0)) {
        throw new DamagedBytesException("A run of " + run + " rows at row " + row + " of " + rows);
      }
      int end = row + (int) run;
      for (; row < end; row++) {
        if (state) {
          presence[row >>> 6] |= 1L << row;
        }
      }
      state = !state;
    }
    return presence;
  }
}
