package io.vllmmonitor.persistence.format;

import java.util.Arrays;

/**
 * Doubles to whole numbers and back, bit for bit. Numbers that were printed with a few digits are a
 * whole number divided by a power of ten: the division is rounded correctly, as parsing the digits
 * was, so it gives the same bits. Reused.
 */
final class Scaling {
  static final int MOST_EXPONENT = 17;

  private static final long EXACT = 1L << 53;
  private static final double[] POWERS = new double[MOST_EXPONENT + 1];
  private static final int MOST_ENTRIES = 2048;

  static {
    for (int i = 0; i < POWERS.length; i++) {
      POWERS[i] = Double.parseDouble("1e" + i);
    }
  }

  private long[] sorted = new long[0];

  /** Whether the values were brought into decimals, with exceptions for at most one in eight. */
  static boolean toDecimals(double[] values, int count, WholeNumbers into) {
    into.sized(count).form = WholeNumbers.DECIMAL;
    int most = count / 8 + 2;
    into.roomForExceptions(most);
    int exponent = commonExponent(values, count, most);
    if (exponent < 0) {
      return false;
    }
    into.exponent = exponent;
    double power = POWERS[exponent];
    long[] numbers = into.numbers;
    long last = 0;
    for (int i = 0; i < count; i++) {
      long number = scaled(values[i], power);
      if (fits(values[i], number, power)) {
        numbers[i] = number;
        last = number;
      } else {
        if (into.exceptions == most) {
          return false;
        }
        numbers[i] = last;
        into.exceptionAt[into.exceptions] = i;
        into.exceptionBits[into.exceptions++] = Double.doubleToRawLongBits(values[i]);
      }
    }
    return true;
  }

  /** The smallest exponent for all that have one; −1 when too many have none. */
  private static int commonExponent(double[] values, int count, int mostExceptions) {
    int exponent = 0;
    int exceptions = 0;
    for (int i = 0; i < count; i++) {
      int own = exponent;
      while (own <= MOST_EXPONENT
          && !fits(values[i], scaled(values[i], POWERS[own]), POWERS[own])) {
        own++;
      }
      if (own <= MOST_EXPONENT) {
        exponent = own;
      } else if (++exceptions > mostExceptions) {
        return -1;
      }
    }
    return exponent;
  }

  private static long scaled(double value, double power) {
    return (long) Math.rint(value * power);
  }

  private static boolean fits(double value, long number, double power) {
    return number <= EXACT
        && number >= -EXACT
        && Double.doubleToRawLongBits(number / power) == Double.doubleToRawLongBits(value);
  }

  /** The smallest denominator that gives numbers no shorter than decimals of an exponent do. */
  static long denominatorOf(int exponent) {
    return (long) POWERS[exponent];
  }

  static void toBits(double[] values, int count, WholeNumbers into) {
    into.sized(count);
    for (int i = 0; i < count; i++) {
      into.numbers[i] = Double.doubleToRawLongBits(values[i]);
    }
  }

  /** Whether the values are few different ones, so that their places in a list are shorter. */
  boolean toDictionary(double[] values, int count, WholeNumbers into) {
    into.sized(count).form = WholeNumbers.DICTIONARY;
    if (sorted.length < count) {
      sorted = new long[count];
    }
    for (int i = 0; i < count; i++) {
      sorted[i] = Double.doubleToRawLongBits(values[i]);
    }
    Arrays.sort(sorted, 0, count);
    int most = Math.min(count / 2, MOST_ENTRIES);
    into.roomForEntries(most);
    for (int i = 0; i < count; i++) {
      if (i == 0 || sorted[i] != sorted[i - 1]) {
        if (into.entries == most) {
          return false;
        }
        into.dictionary[into.entries++] = sorted[i];
      }
    }
    for (int i = 0; i < count; i++) {
      into.numbers[i] =
          Arrays.binarySearch(
              into.dictionary, 0, into.entries, Double.doubleToRawLongBits(values[i]));
    }
    return true;
  }

  /**
   * @throws DamagedBytesException when a number is no place in the dictionary
   */
  static void toValues(WholeNumbers from, double[] values) {
    long[] numbers = from.numbers;
    int count = from.count;
    if (from.form == WholeNumbers.RAW) {
      for (int i = 0; i < count; i++) {
        values[i] = Double.longBitsToDouble(numbers[i]);
      }
    } else if (from.form == WholeNumbers.DICTIONARY) {
      fromDictionary(from, values);
    } else {
      if (from.form == WholeNumbers.RATIO) {
        Ratios.toValues(from, values);
      } else {
        fromDecimals(from, values);
      }
      for (int i = 0; i < from.exceptions; i++) {
        values[from.exceptionAt[i]] = Double.longBitsToDouble(from.exceptionBits[i]);
      }
    }
  }

  private static void fromDictionary(WholeNumbers from, double[] values) {
    from.requireEntries();
    for (int i = 0; i < from.count; i++) {
      values[i] = Double.longBitsToDouble(from.dictionary[(int) from.numbers[i]]);
    }
  }

  private static void fromDecimals(WholeNumbers from, double[] values) {
    long[] numbers = from.numbers;
    int count = from.count;
    if (from.exponent == 0) {
      for (int i = 0; i < count; i++) {
        values[i] = numbers[i];
      }
    } else {
      double power = POWERS[from.exponent];
      for (int i = 0; i < count; i++) {
        values[i] = numbers[i] / power;
      }
    }
  }
}
