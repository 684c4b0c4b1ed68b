package io.vllmmonitor.persistence.format;

/**
 * The values of a column as whole numbers: what is coded in their place, and what the next column
 * of the pack may be told against. Reused; grows.
 */
final class WholeNumbers {
  /** The numbers are the raw bits of the values. */
  static final int RAW = 0;

  /** The numbers divided by a power of ten are the values, but for exceptions. */
  static final int DECIMAL = 1;

  /** The numbers are places in a sorted list of all different values. */
  static final int DICTIONARY = 2;

  /** The numbers are parts of a common denominator, see {@link Ratios}, but for exceptions. */
  static final int RATIO = 3;

  long[] numbers = new long[0];
  int count;
  int form;

  /** Of decimals the power of ten; of ratios which of the two kinds; 0 of others. */
  int exponent;

  /** What the numbers are parts of; only of ratios. */
  long denominator;

  /** Where exceptions are, and the raw bits there; only of decimals and ratios. */
  int[] exceptionAt = new int[0];

  long[] exceptionBits = new long[0];
  int exceptions;

  /** The raw bits of the different values, growing; only of dictionaries. */
  long[] dictionary = new long[0];

  int entries;

  WholeNumbers sized(int newCount) {
    if (numbers.length < newCount) {
      numbers = new long[Math.max(newCount, 1024)];
    }
    count = newCount;
    exceptions = 0;
    entries = 0;
    exponent = 0;
    denominator = 0;
    form = RAW;
    return this;
  }

  void roomForExceptions(int most) {
    if (exceptionAt.length < most) {
      exceptionAt = new int[most];
      exceptionBits = new long[most];
    }
  }

  void roomForEntries(int most) {
    if (dictionary.length < most) {
      dictionary = new long[most];
    }
  }

  /** Whether another column of this exponent can be told against this one. */
  boolean isReference() {
    return form == DECIMAL && exceptions == 0;
  }

  /**
   * @throws DamagedBytesException when a number is no place in the dictionary
   */
  void requireEntries() {
    for (int i = 0; i < count; i++) {
      if (numbers[i] < 0 || numbers[i] >= entries) {
        throw new DamagedBytesException("Value " + numbers[i] + " of a list of " + entries);
      }
    }
  }
}
