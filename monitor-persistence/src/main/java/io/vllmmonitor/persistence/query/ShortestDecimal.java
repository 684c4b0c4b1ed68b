package io.vllmmonitor.persistence.query;

import java.math.BigInteger;

/**
 * The shortest decimal that reads back to the same double, and of those the nearest: what Go prints
 * and, from JDK 19 on, Java. Before that, {@code Double.toString} sometimes has a digit too many
 * (JDK-4511638), and it makes a text where the digits are wanted.
 *
 * <p>The way is that of R. Giulietti, "The Schubfach way to render doubles": one of four
 * neighbouring decimals is chosen by three multiplications with a rounded power of ten. Reused;
 * holds the decimal that was found last.
 */
final class ShortestDecimal {
  private static final int FRACTION_BITS = 52;
  private static final long FRACTION = (1L << FRACTION_BITS) - 1;
  private static final int EXPONENT_MASK = 0x7ff;
  private static final int LEAST_EXPONENT = -1074;
  private static final long MASK_63 = Long.MAX_VALUE;

  // Powers 10^-k as 126 bits, rounded up, in two halves of 63 bits.
  private static final int LEAST_K = -324;
  private static final int MOST_K = 292;
  private static final int POWER_BITS = 125;
  private static final long[] HIGH = new long[MOST_K - LEAST_K + 1];
  private static final long[] LOW = new long[MOST_K - LEAST_K + 1];

  static {
    for (int k = LEAST_K; k <= MOST_K; k++) {
      BigInteger power = power(k);
      HIGH[k - LEAST_K] = power.shiftRight(Long.SIZE - 1).longValueExact();
      LOW[k - LEAST_K] = power.and(BigInteger.valueOf(MASK_63)).longValueExact();
    }
  }

  /** The decimal is this … */
  long digits;

  /** … times ten to this power; the digits do not end in 0. */
  int exponent;

  /** {@code floor(10^-k · 2^r) + 1}, where r makes it a number of 126 bits. */
  private static BigInteger power(int k) {
    int shift = POWER_BITS - log2OfPower(-k);
    BigInteger ten = BigInteger.TEN.pow(Math.abs(k));
    BigInteger scaled;
    if (k <= 0) {
      scaled = shift >= 0 ? ten.shiftLeft(shift) : ten.shiftRight(-shift);
    } else {
      scaled = BigInteger.ONE.shiftLeft(shift).divide(ten);
    }
    return scaled.add(BigInteger.ONE);
  }

  /** The whole part of the logarithm of 2^e to the base 10. */
  private static int log10OfPower(int e) {
    return (int) ((e * 661_971_961_083L) >> 41);
  }

  /** The same for three quarters of 2^e. */
  private static int log10OfThreeQuarters(int e) {
    return (int) ((e * 661_971_961_083L - 274_743_187_321L) >> 41);
  }

  /** The whole part of the logarithm of 10^e to the base 2. */
  private static int log2OfPower(int e) {
    return (int) ((e * 913_124_641_741L) >> 38);
  }

  /**
   * Finds the decimal.
   *
   * @param value more than 0 and finite
   */
  void find(double value) {
    long bits = Double.doubleToRawLongBits(value);
    int biased = (int) (bits >>> FRACTION_BITS) & EXPONENT_MASK;
    long fraction = bits & FRACTION;
    if (biased == 0) {
      find(LEAST_EXPONENT, fraction, true);
    } else {
      boolean even = fraction != 0 || biased == 1; // whether both neighbours are equally near
      find(biased + LEAST_EXPONENT - 1, fraction | (1L << FRACTION_BITS), even);
    }
  }

  /** Of the value c · 2^q; everything is counted in quarters, so that halves are whole. */
  private void find(int q, long c, boolean even) {
    long out = c & 1; // the ends of the interval read back only when c is even
    long middle = c << 2;
    int k = even ? log10OfPower(q) : log10OfThreeQuarters(q);
    int shift = q + log2OfPower(-k) + 2;
    long high = HIGH[k - LEAST_K];
    long low = LOW[k - LEAST_K];
    long at = scaled(high, low, middle << shift);
    long left = scaled(high, low, (middle - (even ? 2 : 1)) << shift) + out;
    long right = scaled(high, low, (middle + 2) << shift) - out;
    exponent = k;
    long lower = at >> 2;
    long shorter = lower / 10 * 10;
    boolean shorterIn = left <= (shorter << 2);
    boolean nextShorterIn = ((shorter + 10) << 2) <= right;
    if (shorterIn != nextShorterIn) {
      digits = shorterIn ? shorter : shorter + 10;
      dropZeros();
      return;
    }
    long upper = lower + 1;
    boolean lowerIn = left <= (lower << 2);
    boolean upperIn = (upper << 2) <= right;
    if (lowerIn != upperIn) {
      digits = lowerIn ? lower : upper;
      return;
    }
    long distance = at - ((lower + upper) << 1);
    boolean takesLower = distance < 0 || (distance == 0 && (lower & 1) == 0);
    digits = takesLower ? lower : upper;
  }

  /** The others have none: without their zero they would have been the shorter ones. */
  private void dropZeros() {
    long less = digits / 10;
    while (less * 10 == digits) {
      digits = less;
      exponent++;
      less = digits / 10;
    }
  }

  /** The product, rounded to odd so that comparisons stay right. */
  private static long scaled(long high, long low, long number) {
    long below = Math.multiplyHigh(low, number);
    long product = high * number;
    long above = Math.multiplyHigh(high, number);
    long sum = (product >>> 1) + below;
    long whole = above + (sum >>> 63);
    return whole | (((sum & MASK_63) + MASK_63) >>> 63);
  }
}
