package io.vllmmonitor.persistence.format;

import java.util.Arrays;

/**
 * How a list of whole numbers is told by small ones: as they are, by their steps, or by the changes
 * of their steps; against a base; and with or without their signs. Chooses what should take least.
 * Reused.
 */
final class Residuals {
  private static final int SAMPLE = 512;
  private static final int TABLE_BITS = 11; // about what a token takes in a table

  // The choice.
  int order;
  boolean signed;
  boolean minus;
  long base;
  int shift;
  double bits;

  private long[] numbers = new long[0];
  private long[] residuals = new long[0];
  private final long[] sample = new long[SAMPLE];
  private final long[] ordered = new long[SAMPLE];
  private final int[] counts = new int[Tokens.COUNT];

  void clear() {
    bits = Double.POSITIVE_INFINITY;
  }

  /**
   * Tries all orders on numbers.
   *
   * @param against subtracted first
   * @param isMinus whether there is anything to subtract
   */
  void consider(long[] source, int count, long[] against, boolean isMinus) {
    fill(source, count, against, isMinus);
    System.arraycopy(numbers, 0, residuals, 0, count);
    for (int tried = 0; tried <= 2 && tried + 1 < count; tried++) {
      considerOrder(count - tried, tried, isMinus);
      difference(count - tried);
    }
  }

  private void fill(long[] source, int count, long[] against, boolean isMinus) {
    if (numbers.length < count) {
      numbers = new long[count];
      residuals = new long[count];
    }
    if (isMinus) {
      for (int i = 0; i < count; i++) {
        numbers[i] = source[i] - against[i];
      }
    } else {
      System.arraycopy(source, 0, numbers, 0, count);
    }
  }

  /** To the steps from each to the next, one fewer. */
  private void difference(int count) {
    for (int i = 0; i + 1 < count; i++) {
      residuals[i] = residuals[i + 1] - residuals[i];
    }
  }

  private void considerOrder(int count, int tried, boolean isMinus) {
    long all = 0;
    long least = Long.MAX_VALUE;
    for (int i = 0; i < count; i++) {
      all |= residuals[i];
      least = Math.min(least, residuals[i]);
    }
    int zeros = all == 0 ? 0 : Long.numberOfTrailingZeros(all);
    int sampled = sample(count, zeros);
    System.arraycopy(sample, 0, ordered, 0, sampled);
    Arrays.sort(ordered, 0, sampled);
    tryBase(count, sampled, tried, isMinus, zeros, ordered[sampled / 2], true);
    tryBase(count, sampled, tried, isMinus, zeros, least >> zeros, false);
    if (least < 0) {
      tryBase(count, sampled, tried, isMinus, zeros, 0, false);
    }
  }

  private int sample(int count, int zeros) {
    int step = (count + SAMPLE - 1) / SAMPLE;
    int sampled = 0;
    for (int i = 0; i < count; i += step) {
      sample[sampled++] = residuals[i] >> zeros;
    }
    return sampled;
  }

  private void tryBase(
      int count,
      int sampled,
      int tried,
      boolean isMinus,
      int zeros,
      long triedBase,
      boolean isSigned) {
    Arrays.fill(counts, 0);
    for (int i = 0; i < sampled; i++) {
      long rest = sample[i] - triedBase;
      counts[Tokens.of(isSigned ? ByteWriter.zigzagOf(rest) : rest)]++;
    }
    double cost = 0;
    for (int token = 0; token < Tokens.COUNT; token++) {
      int number = counts[token];
      if (number > 0) {
        double each =
            Frequencies.log2(sampled) - Frequencies.log2(number) + Tokens.extraBits(token);
        cost += number * each * count / sampled + TABLE_BITS;
      }
    }
    if (cost < bits) {
      bits = cost;
      order = tried;
      minus = isMinus;
      shift = zeros;
      base = triedBase;
      signed = isSigned;
    }
  }

  /**
   * Makes the small numbers of the choice and writes what leads them.
   *
   * @param into takes as many numbers as the source has, less the order
   * @return how many of them are not 0
   */
  int make(long[] source, int count, long[] against, long[] into, ByteWriter head) {
    fill(source, count, against, minus);
    System.arraycopy(numbers, 0, residuals, 0, count);
    if (shift != 0) {
      head.put(shift);
    }
    head.zigzag(base);
    for (int done = 0; done < order; done++) {
      head.zigzag(residuals[0]);
      difference(count - done);
    }
    int others = 0;
    for (int i = 0; i < count - order; i++) {
      long rest = (residuals[i] >> shift) - base;
      long number = signed ? ByteWriter.zigzagOf(rest) : rest;
      into[i] = number;
      others += number != 0 ? 1 : 0;
    }
    return others;
  }
}
