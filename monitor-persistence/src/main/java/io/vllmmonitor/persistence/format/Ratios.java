package io.vllmmonitor.persistence.format;

/**
 * Shares of a whole as whole numbers, bit for bit: values that are n / N, or 1 − n / N, with one N
 * for the column, such as used blocks of all blocks. Stateless.
 *
 * <p>N is found by Euclid's algorithm on the first values: of the fractions with a denominator up
 * to {@link #LARGEST} at most one lies within the rounding error of a double.
 */
final class Ratios {
  /** The largest N. */
  static final long LARGEST = 1L << 24;

  /** What {@link WholeNumbers#exponent} says of values that are n / N. */
  static final int PARTS = 0;

  /** What {@link WholeNumbers#exponent} says of values that are 1 − n / N. */
  static final int RESTS = 1;

  private static final long EXACT = 1L << 53;
  private static final int SAMPLE = 24;
  private static final int MOST_MISSES = 2;
  private static final int MOST_GROWTHS = 16;
  private static final int FRACTION_BITS = 62;
  private static final double FRACTION = 0x1p62;
  private static final double LARGEST_VALUE = 1L << 20;

  private Ratios() {}

  /**
   * Whether the values were brought into ratios, with exceptions for at most one in eight.
   *
   * @param below N must be smaller than this for the numbers to be worth it
   */
  static boolean toRatios(double[] values, int count, long below, WholeNumbers into) {
    into.sized(count).form = WholeNumbers.RATIO;
    Guess guess = guess(values, count);
    for (int growths = 0; growths < MOST_GROWTHS; growths++) {
      if (guess.denominator < 2 || guess.denominator > LARGEST || guess.denominator >= below) {
        return false;
      }
      long grown = fill(values, count, guess, into);
      if (grown == guess.denominator) {
        return true;
      }
      guess = new Guess(grown, guess.isRest);
    }
    return false;
  }

  /** A denominator, 0 where there is none, and which of the two forms. */
  private record Guess(long denominator, boolean isRest) {}

  /** Looks at some values only, so that columns which are no ratios cost next to nothing. */
  private static Guess guess(double[] values, int count) {
    int step = count / SAMPLE | 1; // odd, since values may repeat every few rows
    long common = 1;
    int misses = 0;
    int parts = 0;
    int rests = 0;
    for (int i = 0; i < count; i += step) {
      double value = values[i];
      if (value == Math.rint(value)) {
        continue;
      }
      long own = denominatorOf(value);
      if (own == 0 || common > LARGEST) {
        if (++misses > MOST_MISSES) {
          return new Guess(0, false);
        }
        continue;
      }
      common = leastCommonMultiple(common, own);
      parts += fits(value, part(value, own), own) ? 1 : 0;
      rests += fitsRest(value, rest(value, own), own) ? 1 : 0;
    }
    return new Guess(common, rests > parts);
  }

  /**
   * The numbers for a denominator.
   *
   * @return the denominator when that is done; a multiple of it when that is what a value needs; 0
   *     when there are too many exceptions
   */
  private static long fill(double[] values, int count, Guess guess, WholeNumbers into) {
    long denominator = guess.denominator;
    into.denominator = denominator;
    into.exponent = guess.isRest ? RESTS : PARTS;
    into.exceptions = 0;
    int most = count / 8 + 2;
    into.roomForExceptions(most);
    long[] numbers = into.numbers;
    long last = 0;
    for (int i = 0; i < count; i++) {
      double value = values[i];
      long number = guess.isRest ? rest(value, denominator) : part(value, denominator);
      boolean isExact =
          guess.isRest ? fitsRest(value, number, denominator) : fits(value, number, denominator);
      if (isExact) {
        last = number;
      } else {
        long own = denominatorOf(value);
        long grown = own == 0 ? LARGEST + 1 : leastCommonMultiple(denominator, own);
        if (grown <= LARGEST && grown > denominator) {
          return grown;
        }
        if (into.exceptions == most) {
          return 0;
        }
        into.exceptionAt[into.exceptions] = i;
        into.exceptionBits[into.exceptions++] = Double.doubleToRawLongBits(value);
      }
      numbers[i] = last;
    }
    return denominator;
  }

  private static long part(double value, long denominator) {
    return (long) Math.rint(value * denominator);
  }

  private static long rest(double value, long denominator) {
    return (long) Math.rint((1 - value) * denominator);
  }

  private static boolean fits(double value, long number, long denominator) {
    return isExact(number) && sameBits((double) number / denominator, value);
  }

  private static boolean fitsRest(double value, long number, long denominator) {
    return isExact(number) && sameBits(1 - (double) number / denominator, value);
  }

  private static boolean isExact(long number) {
    return number <= EXACT && number >= -EXACT;
  }

  private static boolean sameBits(double one, double other) {
    return Double.doubleToRawLongBits(one) == Double.doubleToRawLongBits(other);
  }

  /**
   * The denominator of the only fraction that this value can be: the first convergent of its
   * continued fraction that gives it back.
   *
   * @return 0 when there is none up to {@link #LARGEST}
   */
  static long denominatorOf(double value) {
    double size = Math.abs(value);
    if (!(size < LARGEST_VALUE)) {
      return 0; // also what is no number
    }
    double fraction = size - Math.floor(size);
    long below = 1L << FRACTION_BITS;
    long above = (long) (fraction * FRACTION);
    long before = 0; // the denominators of the last two convergents
    long denominator = 1;
    while (above != 0) {
      long quotient = below / above;
      long remainder = below - quotient * above;
      if (quotient > LARGEST) {
        return 0;
      }
      long next = quotient * denominator + before;
      if (next > LARGEST) {
        return 0;
      }
      before = denominator;
      denominator = next;
      below = above;
      above = remainder;
      if (fits(value, part(value, denominator), denominator)
          || fitsRest(value, rest(value, denominator), denominator)) {
        return denominator;
      }
    }
    return 0;
  }

  /** More than {@link #LARGEST} when it is too large; neither number is larger than that. */
  private static long leastCommonMultiple(long one, long other) {
    long a = one;
    long b = other;
    while (b != 0) {
      long rest = a % b;
      a = b;
      b = rest;
    }
    return one / a * other; // below 2^48
  }

  /** Gives the values of numbers that are ratios, but for exceptions. */
  static void toValues(WholeNumbers from, double[] values) {
    long[] numbers = from.numbers;
    double denominator = from.denominator;
    if (from.exponent == RESTS) {
      for (int i = 0; i < from.count; i++) {
        values[i] = 1 - numbers[i] / denominator;
      }
    } else {
      for (int i = 0; i < from.count; i++) {
        values[i] = numbers[i] / denominator;
      }
    }
  }
}
