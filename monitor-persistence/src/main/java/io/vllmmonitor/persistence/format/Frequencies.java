package io.vllmmonitor.persistence.format;

import java.util.Arrays;

/**
 * How often each token occurs, scaled so that all together make a power of two, as the coder needs
 * it. Reused.
 */
final class Frequencies {
  static final int LEAST_BITS = 6;
  static final int MOST_BITS = 12;

  private static final double[] LOG2 = new double[(1 << MOST_BITS) + 1];

  static {
    for (int i = 1; i < LOG2.length; i++) {
      LOG2[i] = StrictMath.log(i) / StrictMath.log(2);
    }
  }

  final int[] scaled = new int[Tokens.COUNT];
  final int[] below = new int[Tokens.COUNT];
  int used;
  int bits;

  static double log2(int number) {
    return number < LOG2.length ? LOG2[number] : StrictMath.log(number) / StrictMath.log(2);
  }

  /**
   * Scales counts. Every token that occurs gets at least 1, and the most frequent one the rest.
   *
   * @param total of all counts, at least 1
   */
  void scale(int[] counts, int total) {
    used = 0;
    int most = 0;
    for (int token = 0; token < Tokens.COUNT; token++) {
      if (counts[token] > 0) {
        used++;
        most = counts[token] > counts[most] ? token : most;
      }
    }
    int wanted = Math.max(Integer.SIZE - Integer.numberOfLeadingZeros(total) - 1, LEAST_BITS);
    int needed = Integer.SIZE - Integer.numberOfLeadingZeros(used * 2);
    bits = Math.min(MOST_BITS, Math.max(wanted, needed));
    int rest = 1 << bits;
    for (int token = 0; token < Tokens.COUNT; token++) {
      long exact = ((long) counts[token] << bits) / total;
      scaled[token] = counts[token] == 0 ? 0 : (int) Math.max(1, exact);
      rest -= scaled[token];
    }
    scaled[most] += rest;
    if (scaled[most] < 1) {
      takeFromLarge(1 - scaled[most], most);
      scaled[most] = 1;
    }
    sum();
  }

  private void takeFromLarge(int missing, int except) {
    int left = missing;
    while (left > 0) {
      int large = except == 0 ? 1 : 0;
      for (int token = 0; token < Tokens.COUNT; token++) {
        large = token != except && scaled[token] > scaled[large] ? token : large;
      }
      scaled[large]--;
      left--;
    }
  }

  private void sum() {
    int sum = 0;
    for (int token = 0; token < Tokens.COUNT; token++) {
      below[token] = sum;
      sum += scaled[token];
    }
  }

  /** What coding so many tokens of each kind takes, in bits, with the table. */
  double cost(int[] counts) {
    double cost = 0;
    int last = -1;
    for (int token = 0; token < Tokens.COUNT; token++) {
      if (counts[token] > 0) {
        cost += counts[token] * (bits - LOG2[scaled[token]] + Tokens.extraBits(token));
        cost += BitWriter.gammaBits(token - last) + BitWriter.gammaBits(scaled[token]);
        last = token;
      }
    }
    return cost;
  }

  void write(BitWriter into) {
    into.gamma(used);
    int last = -1;
    for (int token = 0; token < Tokens.COUNT; token++) {
      if (scaled[token] > 0) {
        into.gamma(token - last);
        into.gamma(scaled[token]);
        last = token;
      }
    }
  }

  /** Reads the table of so many bits and checks its sum. */
  void read(BitReader from, int newBits) {
    bits = newBits;
    Arrays.fill(scaled, 0);
    used = (int) Math.min(from.gamma(), Tokens.COUNT + 1);
    int rest = 1 << bits;
    int token = -1;
    for (int i = 0; i < used; i++) {
      token += (int) Math.min(from.gamma(), Tokens.COUNT);
      long share = from.gamma();
      if (token >= Tokens.COUNT || share < 1 || share > rest) {
        throw new DamagedBytesException("A table of tokens that is none");
      }
      scaled[token] = (int) share;
      rest -= (int) share;
    }
    if (rest != 0) {
      throw new DamagedBytesException("A table of tokens whose sum is wrong by " + rest);
    }
    sum();
  }
}
