package io.vllmmonitor.persistence.format;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes packs, each column in the form that takes least, and reads back what it wrote. Reused. */
final class PackEncoder {
  private static final long EXACT = 1L << 53;

  private final ByteWriter head = new ByteWriter();
  private final ByteWriter bodies = new ByteWriter();
  private final ByteReader check = new ByteReader();
  private final Crc crc = new Crc();
  private final ColumnEncoder encoder = new ColumnEncoder();
  private final ColumnDecoder decoder = new ColumnDecoder();
  private final WholeNumbers checked = new WholeNumbers();
  private final int[] kinds = new int[PackCodec.MOST_COLUMNS];
  private final int[] roots = new int[PackCodec.MOST_COLUMNS];
  private final long[] hashes = new long[PackCodec.MOST_COLUMNS];
  private final @Nullable WholeNumbers[] whole = new WholeNumbers[PackCodec.MOST_COLUMNS];
  private double[] checkedValues = new double[0];

  /** Ready. */
  PackEncoder() {}

  byte[] encode(List<PackColumn> columns, int rows) {
    bodies.clear();
    head.clear().put(PackDirectory.VERSION);
    head.put(columns.size());
    head.put16(rows);
    for (int place = 0; place < columns.size(); place++) {
      writeColumn(columns, place, rows);
    }
    crc.append(head, 0);
    byte[] pack = Arrays.copyOf(head.array(), head.size() + bodies.size());
    System.arraycopy(bodies.array(), 0, pack, head.size(), bodies.size());
    return pack;
  }

  private void writeColumn(List<PackColumn> columns, int place, int rows) {
    PackColumn column = columns.get(place);
    int kind = kindOf(columns, place);
    kinds[place] = kind;
    long[] presence = column.presence();
    if (kind == PackDirectory.EMPTY || presence == null || column.count() == rows) {
      head.put(kind | PackDirectory.IN_ALL);
    } else if (place > 0
        && Arrays.equals(columns.get(place - 1).presence(), presence)
        && kinds[place - 1] != PackDirectory.EMPTY) {
      head.put(kind | PackDirectory.AS_BEFORE);
    } else {
      head.put(kind | PackDirectory.IN_OWN);
      Presence.write(presence, rows, head);
    }
    switch (kind) {
      case PackDirectory.WHOLE_CONSTANT -> head.zigzag((long) column.value(0));
      case PackDirectory.RAW_CONSTANT -> head.put64(Double.doubleToRawLongBits(column.value(0)));
      case PackDirectory.SAME -> head.varint(place - roots[place]);
      case PackDirectory.BODY -> writeBody(columns, place);
      default -> {} // nothing more to say of an empty one
    }
  }

  private int kindOf(List<PackColumn> columns, int place) {
    PackColumn column = columns.get(place);
    roots[place] = place;
    if (column.count() == 0) {
      return PackDirectory.EMPTY;
    }
    if (isConstant(column)) {
      double value = column.value(0);
      long number = (long) value;
      boolean isWhole =
          Math.abs(number) < EXACT
              && Double.doubleToRawLongBits((double) number) == Double.doubleToRawLongBits(value);
      return isWhole ? PackDirectory.WHOLE_CONSTANT : PackDirectory.RAW_CONSTANT;
    }
    hashes[place] = hash(column);
    for (int earlier = place - 1; earlier >= 0; earlier--) {
      if (kinds[earlier] == PackDirectory.BODY
          && hashes[earlier] == hashes[place]
          && isSame(columns.get(earlier), column)) {
        roots[place] = earlier;
        return PackDirectory.SAME;
      }
    }
    return PackDirectory.BODY;
  }

  private static boolean isConstant(PackColumn column) {
    double[] values = column.values();
    long first = Double.doubleToRawLongBits(values[0]);
    for (int i = 1; i < column.count(); i++) {
      if (Double.doubleToRawLongBits(values[i]) != first) {
        return false;
      }
    }
    return true;
  }

  private static long hash(PackColumn column) {
    double[] values = column.values();
    long hash = column.count();
    for (int i = 0; i < column.count(); i++) {
      hash = hash * 0x9e3779b97f4a7c15L + Double.doubleToRawLongBits(values[i]);
    }
    return hash;
  }

  private static boolean isSame(PackColumn one, PackColumn other) {
    return one.count() == other.count() && sameBits(one.values(), other.values(), one.count());
  }

  private static boolean sameBits(double[] one, double[] other, int count) {
    for (int i = 0; i < count; i++) {
      if (Double.doubleToRawLongBits(one[i]) != Double.doubleToRawLongBits(other[i])) {
        return false;
      }
    }
    return true;
  }

  private void writeBody(List<PackColumn> columns, int place) {
    PackColumn column = columns.get(place);
    WholeNumbers reference = referenceOf(columns, place);
    WholeNumbers own = wholeOf(place);
    int start = bodies.size();
    encoder.write(column.values(), column.count(), reference, own, bodies);
    if (!comesBack(column, start, reference)) {
      bodies.cut(start);
      encoder.writeRaw(column.values(), column.count(), own, bodies);
      if (!comesBack(column, start, null)) {
        throw new IllegalStateException(
            "A column of " + column.count() + " values does not come back as it was written");
      }
    }
    head.varint(bodies.size() - start);
    crc.append(bodies, start);
  }

  private @Nullable WholeNumbers referenceOf(List<PackColumn> columns, int place) {
    if (place == 0
        || (kinds[place - 1] != PackDirectory.BODY && kinds[place - 1] != PackDirectory.SAME)
        || !Arrays.equals(columns.get(place - 1).presence(), columns.get(place).presence())) {
      return null;
    }
    WholeNumbers before = wholeOf(roots[place - 1]);
    return before.isReference() ? before : null;
  }

  private WholeNumbers wholeOf(int place) {
    WholeNumbers known = whole[place];
    if (known == null) {
      known = new WholeNumbers();
      whole[place] = known;
    }
    return known;
  }

  private boolean comesBack(PackColumn column, int start, @Nullable WholeNumbers reference) {
    int count = column.count();
    if (checkedValues.length < count) {
      checkedValues = new double[count];
    }
    bodies.room(BitReader.PADDING);
    try {
      decoder.read(check.on(bodies.array(), start, bodies.size()), count, reference, checked);
      Scaling.toValues(checked, checkedValues);
    } catch (DamagedBytesException e) {
      return false; // the plain form takes its place
    }
    return sameBits(checkedValues, column.values(), count);
  }
}
