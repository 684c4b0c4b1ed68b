package io.vllmmonitor.persistence.format;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Reads what {@link ColumnEncoder} wrote. Reused. */
final class ColumnDecoder {
  private final NumberDecoder decoder = new NumberDecoder();
  private long[] gaps = new long[0];
  private long[] changes = new long[0];

  /** Whether the body that begins with this byte is told against the column before it. */
  static boolean needsReference(int flags) {
    return (flags & ColumnBody.MINUS) != 0;
  }

  /**
   * Reads the numbers of a column; {@link Scaling#toValues} makes its values.
   *
   * @param from the body, out of an array with padding
   * @param count how many values the column has
   * @param reference the column before it where this one needs it
   */
  void read(ByteReader from, int count, @Nullable WholeNumbers reference, WholeNumbers into) {
    int flags = from.next();
    int scale = from.next();
    into.sized(count);
    into.form = flags & ColumnBody.FORM_MASK;
    into.exponent = scale & ~ColumnBody.SHIFTED;
    int order = flags >> ColumnBody.ORDER_SHIFT & ColumnBody.ORDER_MASK;
    int mostScale = into.form == WholeNumbers.RATIO ? Ratios.RESTS : Scaling.MOST_EXPONENT;
    if (into.exponent > mostScale || order > 2 || order >= count) {
      throw new DamagedBytesException("A column of the unknown form " + flags + ", " + scale);
    }
    if (into.form == WholeNumbers.RATIO) {
      into.denominator = from.varint((int) Ratios.LARGEST, "The denominator of ratios");
      if (into.denominator == 0) {
        throw new DamagedBytesException("Ratios of the denominator 0");
      }
    }
    if (into.form == WholeNumbers.DICTIONARY) {
      readDictionary(from, into);
    }
    if ((flags & ColumnBody.EXCEPTIONS) != 0) {
      readExceptions(from, into);
    }
    int shift = (scale & ColumnBody.SHIFTED) != 0 ? from.next() & 63 : 0;
    long base = from.zigzag();
    long first = order > 0 ? from.zigzag() : 0;
    long step = order > 1 ? from.zigzag() : 0;
    long[] numbers = into.numbers;
    readSmall(from, numbers, count - order, (flags & ColumnBody.SPARSE) != 0);
    from.expectEnd();
    undo(numbers, count - order, base, shift, (flags & ColumnBody.SIGNED) != 0);
    if (order > 1) {
      integrate(numbers, count - 2, step);
    }
    if (order > 0) {
      integrate(numbers, count - 1, first);
    }
    if (needsReference(flags)) {
      add(reference, into);
    }
  }

  private static void readDictionary(ByteReader from, WholeNumbers into) {
    int entries = from.varint(into.count, "The count of different values");
    into.roomForEntries(entries);
    for (int i = 0; i < entries; i++) {
      into.dictionary[i] = i == 0 ? from.next64() : into.dictionary[i - 1] + from.varint();
    }
    into.entries = entries;
  }

  private static void readExceptions(ByteReader from, WholeNumbers into) {
    int exceptions = from.varint(into.count, "The count of exceptions");
    into.roomForExceptions(exceptions);
    int at = -1;
    for (int i = 0; i < exceptions; i++) {
      at += 1 + from.varint(into.count - at - 2, "The place of an exception");
      into.exceptionAt[i] = at;
      into.exceptionBits[i] = from.next64();
    }
    into.exceptions = exceptions;
  }

  private void readSmall(ByteReader from, long[] numbers, int count, boolean isSparse) {
    if (!isSparse) {
      decoder.read(from, numbers, count);
      return;
    }
    int others = from.varint(count, "The count of changes");
    if (gaps.length < others) {
      gaps = new long[others];
      changes = new long[others];
    }
    decoder.read(from, gaps, others);
    decoder.read(from, changes, others);
    Arrays.fill(numbers, 0, count, 0);
    int at = -1;
    for (int i = 0; i < others; i++) {
      if (gaps[i] < 0 || gaps[i] > count - at - 2) {
        throw new DamagedBytesException("A change beyond the end of a column");
      }
      at += 1 + (int) gaps[i];
      numbers[at] = changes[i] + 1;
    }
  }

  /** From the small numbers to the residuals. */
  private static void undo(long[] numbers, int count, long base, int shift, boolean isSigned) {
    if (isSigned) {
      for (int i = 0; i < count; i++) {
        numbers[i] = (ByteWriter.fromZigzag(numbers[i]) + base) << shift;
      }
    } else if (base != 0 || shift != 0) {
      for (int i = 0; i < count; i++) {
        numbers[i] = (numbers[i] + base) << shift;
      }
    }
  }

  /** From so many steps to one number more. */
  private static void integrate(long[] numbers, int steps, long first) {
    long number = first;
    for (int i = 0; i < steps; i++) {
      long step = numbers[i];
      numbers[i] = number;
      number += step;
    }
    numbers[steps] = number;
  }

  private static void add(@Nullable WholeNumbers reference, WholeNumbers into) {
    if (reference == null
        || !reference.isReference()
        || reference.count != into.count
        || reference.exponent != into.exponent) {
      throw new DamagedBytesException("A column is told against one that cannot be used");
    }
    long[] numbers = into.numbers;
    long[] against = reference.numbers;
    for (int i = 0; i < into.count; i++) {
      numbers[i] += against[i];
    }
  }
}
