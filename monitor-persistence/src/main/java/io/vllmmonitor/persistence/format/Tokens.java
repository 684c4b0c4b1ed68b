package io.vllmmonitor.persistence.format;

/**
 * Unsigned numbers as one of 256 tokens and some bits as they are: numbers below 16 are their own
 * token; of greater ones the token tells the highest three bits and where they lie.
 */
final class Tokens {
  static final int COUNT = 256;

  /** Numbers below are tokens as they are, without bits beside them. */
  static final int DIRECT = 16;

  private static final int DIRECT_BITS = 4;

  private Tokens() {}

  static int of(long number) {
    if (number >>> DIRECT_BITS == 0) {
      return (int) number;
    }
    int highest = 63 - Long.numberOfLeadingZeros(number);
    return DIRECT + (highest - DIRECT_BITS) * 4 + (int) (number >>> (highest - 2) & 3);
  }

  /** How many bits a number has beside its token, the lowest ones. */
  static int extraBits(int token) {
    return token < DIRECT ? 0 : (token >>> 2) - 2;
  }

  /** The smallest number of a token. */
  static long smallest(int token) {
    return token < DIRECT ? token : (4L + (token & 3)) << ((token >>> 2) - 2);
  }
}
