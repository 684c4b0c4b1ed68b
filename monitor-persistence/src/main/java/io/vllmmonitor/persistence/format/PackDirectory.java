package io.vllmmonitor.persistence.format;

import org.jspecify.annotations.Nullable;

/**
 * The head of a pack: of every column what it is, in which rows it has values, and where its body
 * lies. Reused; holds what was read last.
 */
final class PackDirectory {
  static final int VERSION = 1;

  // What a column is.
  static final int BODY = 0;
  static final int WHOLE_CONSTANT = 1;
  static final int RAW_CONSTANT = 2;
  static final int SAME = 3;
  static final int EMPTY = 4;

  // In which rows it has values, beside it.
  static final int IN_ALL = 0;
  static final int IN_OWN = 1 << 3;
  static final int AS_BEFORE = 2 << 3;

  private static final int KIND_MASK = 7;
  private static final int PRESENCE_MASK = 3 << 3;

  final int[] kind = new int[PackCodec.MOST_COLUMNS];
  final int[] counts = new int[PackCodec.MOST_COLUMNS];
  final double[] constants = new double[PackCodec.MOST_COLUMNS];
  final int[] bodyAt = new int[PackCodec.MOST_COLUMNS];
  final int[] bodyLength = new int[PackCodec.MOST_COLUMNS];

  /** The column that has the values of this one: itself but for repeated columns. */
  final int[] root = new int[PackCodec.MOST_COLUMNS];

  int columns;

  private static final long[] ALL = {};

  private final long[][] presences = new long[PackCodec.MOST_COLUMNS][];
  private final Crc crc = new Crc();

  /**
   * Reads and checks the head; the bodies fill the rest of the bytes exactly.
   *
   * @throws DamagedBytesException when anything is not as it must be
   */
  void read(ByteReader from, int rows) {
    int start = from.position();
    int version = from.next();
    if (version != VERSION) {
      throw new DamagedBytesException("A pack of the unknown version " + version);
    }
    columns = from.next();
    int found = from.next16();
    if (found != rows || columns == 0) {
      throw new DamagedBytesException(
          "A pack of " + columns + " columns and " + found + " rows, expected " + rows + " rows");
    }
    for (int place = 0; place < columns; place++) {
      readColumn(from, place, rows);
    }
    crc.check(from, start, "The head of a pack");
    for (int place = 0; place < columns; place++) {
      if (kind[place] == BODY) {
        bodyAt[place] = from.skip(bodyLength[place] + (long) Crc.BYTES);
      }
    }
    from.expectEnd();
  }

  /** The rows in which a column has values; null means all. */
  long @Nullable [] presence(int place) {
    long[] presence = presences[place];
    return presence == ALL ? null : presence;
  }

  private void readColumn(ByteReader from, int place, int rows) {
    int head = from.next();
    kind[place] = head & KIND_MASK;
    long[] own = readPresence(from, place, rows, head & PRESENCE_MASK);
    presences[place] = own;
    counts[place] = own == ALL ? rows : Presence.count(own);
    root[place] = place;
    switch (head & ~PRESENCE_MASK) {
      case BODY -> bodyLength[place] = from.varint(from.remaining(), "The length of a column");
      case WHOLE_CONSTANT -> constants[place] = from.zigzag();
      case RAW_CONSTANT -> constants[place] = Double.longBitsToDouble(from.next64());
      case SAME -> root[place] = place - from.varint(place, "The distance to the same column");
      case EMPTY -> {
        presences[place] = rows == 0 ? ALL : new long[Presence.words(rows)];
        counts[place] = 0;
      }
      default -> throw new DamagedBytesException("A column of the unknown kind " + head);
    }
    if (kind[place] == SAME
        && (kind[root[place]] != BODY || counts[root[place]] != counts[place])) {
      throw new DamagedBytesException("A column repeats one that it cannot repeat");
    }
  }

  private long[] readPresence(ByteReader from, int place, int rows, int where) {
    if (where == IN_OWN) {
      return Presence.read(from, rows);
    }
    if (where == AS_BEFORE && place > 0) {
      return presences[place - 1];
    }
    if (where != IN_ALL) {
      throw new DamagedBytesException("Rows of a column in the unknown form " + where);
    }
    return ALL;
  }
}
