package io.vllmmonitor.persistence.ingest;

import java.math.BigInteger;

/**
 * Multiplies a whole number by a power of ten and rounds once, with the first 128 bits of the power
 * (Lemire, "Number parsing at a gigabyte per second", Software: Practice and Experience 2021,
 * section 5). Where 128 bits cannot decide the rounding it says so.
 */
final class PowersOfTen {
  private static final int LARGEST = 64;
  private static final long[] HIGH = new long[2 * LARGEST + 1];
  private static final long[] LOW = new long[2 * LARGEST + 1];

  static {
    BigInteger five = BigInteger.valueOf(5);
    for (int exponent = -LARGEST; exponent <= LARGEST; exponent++) {
      BigInteger power = five.pow(Math.abs(exponent));
      if (exponent < 0) {
        BigInteger one = BigInteger.ONE.shiftLeft(2 * power.bitLength() + 128);
        power = one.divide(power).add(BigInteger.ONE);
      }
      BigInteger first128 = power.shiftRight(power.bitLength() - 128);
      HIGH[exponent + LARGEST] = first128.shiftRight(64).longValue();
      LOW[exponent + LARGEST] = first128.longValue();
    }
  }

  private PowersOfTen() {}

  /**
   * The double nearest to mantissa × 10^exponent.
   *
   * @param mantissa not negative
   * @return NaN where it cannot tell: ties too near to call, very large or small results
   */
  static double multiply(long mantissa, int exponent) {
    if (mantissa == 0) {
      return 0;
    }
    if (exponent < -LARGEST || exponent > LARGEST) {
      return Double.NaN;
    }
    int zeros = Long.numberOfLeadingZeros(mantissa);
    long whole = mantissa << zeros;
    long powerHigh = HIGH[exponent + LARGEST];
    long high = multiplyHigh(whole, powerHigh);
    long low = whole * powerHigh;
    if ((high & 0x1FF) == 0x1FF && isBelow(low + whole, whole)) {
      long powerLow = LOW[exponent + LARGEST];
      long below = multiplyHigh(whole, powerLow);
      long sum = low + below;
      high += isBelow(sum, low) ? 1 : 0;
      if ((high & 0x1FF) == 0x1FF && sum == -1 && isBelow(whole * powerLow + whole, whole)) {
        return Double.NaN;
      }
      low = sum;
    }
    return round(high, low, binaryExponent(exponent, zeros));
  }

  /** The biased exponent of the result if the product has its top bit set. */
  private static int binaryExponent(int exponent, int zeros) {
    return ((217_706 * exponent) >> 16) + 64 + 1_023 - zeros; // 217706/2^16 is log2(10)
  }

  private static double round(long high, long low, int biased) {
    int top = (int) (high >>> 63);
    long bits = high >>> (top + 9);
    int exponent = biased - (1 ^ top);
    if (low == 0 && (high & 0x1FF) == 0 && (bits & 3) == 1) {
      return Double.NaN; // a tie, or so near to one that the bits left out decide
    }
    bits = (bits + (bits & 1)) >>> 1;
    if (bits >>> 53 != 0) {
      bits >>>= 1;
      exponent++;
    }
    if (exponent < 1 || exponent > 2_046) {
      return Double.NaN;
    }
    return Double.longBitsToDouble(((long) exponent << 52) | (bits & 0xFFFFFFFFFFFFFL));
  }

  private static long multiplyHigh(long a, long b) {
    return Math.multiplyHigh(a, b) + ((a >> 63) & b) + ((b >> 63) & a); // unsigned
  }

  private static boolean isBelow(long a, long b) {
    return Long.compareUnsigned(a, b) < 0;
  }
}
