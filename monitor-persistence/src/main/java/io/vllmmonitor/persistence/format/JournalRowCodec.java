package io.vllmmonitor.persistence.format;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The values of one scrape as bytes, relative to the scrape of the same shape before it, bit for
 * bit. A row that stands for itself (a key row) is relative to zeros. The layout is described in
 * docs/formats/journal-row.md. The bytes have no checksum of their own: it belongs to the row they
 * are stored in. Keeps its buffers; used by one thread at a time.
 */
public final class JournalRowCodec {
  private static final int KEY = 1;
  private static final int RELATIVE = 2;
  private static final long EXACT = 1L << 53;
  private static final int MOST_OF_VALUE = 10;

  private final ByteWriter writer = new ByteWriter();
  private final ByteReader reader = new ByteReader();
  private double[] zeros = new double[0];

  /** Ready for both directions. */
  public JournalRowCodec() {}

  /**
   * @param previous values of the row before, as many; null makes a key row
   */
  public byte[] encode(double[] values, double @Nullable [] previous) {
    if (previous != null && previous.length != values.length) {
      throw new IllegalArgumentException(
          values.length + " values after a row of " + previous.length);
    }
    writer.clear().put(previous == null ? KEY : RELATIVE);
    writer.varint(values.length);
    int bitmap = writer.size();
    int bitmapBytes = bitmapBytes(values.length);
    writer.room(bitmapBytes);
    writer.advance(bitmapBytes);
    double[] base = previous == null ? zeros(values.length) : previous;
    for (int first = 0; first < values.length; first += Byte.SIZE) {
      int end = Math.min(first + Byte.SIZE, values.length);
      int changed = changed(values, base, first, end);
      writer.array()[bitmap + (first >>> 3)] = (byte) changed;
      if (changed != 0) {
        putChanged(values, base, first, changed);
      }
    }
    return writer.toBytes();
  }

  private static int changed(double[] values, double[] base, int first, int end) {
    int changed = 0;
    for (int i = first; i < end; i++) {
      if (Double.doubleToRawLongBits(values[i]) != Double.doubleToRawLongBits(base[i])) {
        changed |= 1 << (i - first);
      }
    }
    return changed;
  }

  private void putChanged(double[] values, double[] base, int first, int changed) {
    writer.room(Byte.SIZE * MOST_OF_VALUE);
    for (int rest = changed; rest != 0; rest &= rest - 1) {
      int i = first + Integer.numberOfTrailingZeros(rest);
      double value = values[i];
      if (isExact(value) && isExact(base[i])) {
        writer.zigzag((long) value - (long) base[i]);
      } else {
        writer.put(0); // no change is never written as a difference, so 0 is free
        writer.put64(Double.doubleToRawLongBits(value));
      }
    }
  }

  /** A whole number that a long holds exactly; not −0. */
  private static boolean isExact(double value) {
    long whole = (long) value;
    return whole < EXACT
        && whole > -EXACT
        && Double.doubleToRawLongBits((double) whole) == Double.doubleToRawLongBits(value);
  }

  /**
   * Brings the values of the row before to those of this row.
   *
   * @param into as many values as the row has; what they are does not matter for a key row
   * @throws DamagedBytesException when no writer makes such bytes; then some may have changed
   */
  public void decode(byte[] row, double[] into) {
    reader.on(row);
    boolean key = readHeader(into.length);
    int bitmap = reader.skip(bitmapBytes(into.length));
    if (key) {
      Arrays.fill(into, 0);
    }
    for (int first = 0; first < into.length; first += Byte.SIZE) {
      int changed = row[bitmap + (first >>> 3)] & 0xff;
      if (changed != 0) {
        readChanged(into, first, changed);
      }
    }
    reader.expectEnd();
  }

  /** Whether a row stands for itself. */
  public static boolean isKey(byte[] row) {
    return row.length > 0 && row[0] == KEY;
  }

  private boolean readHeader(int expected) {
    int form = reader.next();
    if (form != KEY && form != RELATIVE) {
      throw new DamagedBytesException("A journal row of the unknown form " + form);
    }
    long count = reader.varint();
    if (count != expected) {
      throw new DamagedBytesException(
          "A journal row of " + count + " values, expected " + expected);
    }
    return form == KEY;
  }

  private void readChanged(double[] into, int first, int changed) {
    for (int rest = changed; rest != 0; rest &= rest - 1) {
      int i = first + Integer.numberOfTrailingZeros(rest);
      if (i >= into.length) {
        throw new DamagedBytesException("A change of value " + i + " of " + into.length);
      }
      long difference = reader.zigzag();
      into[i] =
          difference == 0
              ? Double.longBitsToDouble(reader.next64())
              : (double) ((long) into[i] + difference);
    }
  }

  private double[] zeros(int count) {
    if (zeros.length != count) {
      zeros = new double[count];
    }
    return zeros;
  }

  private static int bitmapBytes(int count) {
    return (count + Byte.SIZE - 1) / Byte.SIZE;
  }
}
