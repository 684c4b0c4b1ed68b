package io.vllmmonitor.persistence.format;

import java.util.Arrays;

/**
 * Unsigned numbers of which small ones are frequent, as bytes. Long lists are coded as tokens by
 * rANS (J. Duda, "Asymmetric numeral systems", arXiv 1311.2540; range variant, 32-bit state, 16-bit
 * words, two states in turn), short ones by exponential Golomb codes, whichever is smaller. Reused.
 */
final class NumberEncoder {
  /** Added to the bits of the table, marks a list coded by rANS. */
  static final int RANS = 64;

  /** From so many numbers on two states take turns. */
  static final int TWO_STATES = 256;

  /** The least state; also the first of the encoder and the last of the decoder. */
  static final long LEAST_STATE = 1L << 16;

  private static final int MOST_GOLOMB = 1024;

  private final int[] counts = new int[Tokens.COUNT];
  private final Frequencies frequencies = new Frequencies();
  private final BitWriter bits = new BitWriter();
  private short[] words = new short[4096];

  void write(long[] numbers, int count, ByteWriter into) {
    if (count == 0) {
      return;
    }
    long all = 0;
    Arrays.fill(counts, 0);
    for (int i = 0; i < count; i++) {
      all |= numbers[i];
      counts[Tokens.of(numbers[i])]++;
    }
    frequencies.scale(counts, count);
    double ransBits = frequencies.cost(counts) + (count >= TWO_STATES ? 80 : 48);
    if (count <= MOST_GOLOMB) {
      int low = bestGolomb(numbers, count, all);
      if (golombBits(numbers, count, low) <= ransBits) {
        writeGolomb(numbers, count, low, into);
        return;
      }
    }
    writeRans(numbers, count, into);
  }

  private static int bestGolomb(long[] numbers, int count, long all) {
    int most = Long.SIZE - Long.numberOfLeadingZeros(all);
    int best = most == Long.SIZE ? 1 : 0; // a number of 64 bits plus 1 would not fit
    long bestBits = golombBits(numbers, count, best);
    for (int low = best + 1; low < most; low++) {
      long size = golombBits(numbers, count, low);
      if (size < bestBits) {
        best = low;
        bestBits = size;
      }
    }
    return best;
  }

  private static long golombBits(long[] numbers, int count, int low) {
    long size = (long) count * low;
    for (int i = 0; i < count; i++) {
      size += BitWriter.gammaBits((numbers[i] >>> low) + 1);
    }
    return size;
  }

  private void writeGolomb(long[] numbers, int count, int low, ByteWriter into) {
    into.put(low);
    bits.clear();
    for (int i = 0; i < count; i++) {
      bits.gamma((numbers[i] >>> low) + 1);
      bits.put(numbers[i] & (1L << low) - 1, low);
    }
    bits.flush(into);
  }

  private void writeRans(long[] numbers, int count, ByteWriter into) {
    into.put(RANS + frequencies.bits);
    frequencies.write(bits.clear());
    for (int i = 0; i < count; i++) {
      int extra = Tokens.extraBits(Tokens.of(numbers[i]));
      bits.put(numbers[i] & (1L << extra) - 1, extra);
    }
    bits.flush(into);
    if (frequencies.used > 1) {
      writeStates(numbers, count, into);
    }
  }

  /** From the last number to the first, so that the decoder goes forward. */
  private void writeStates(long[] numbers, int count, ByteWriter into) {
    if (words.length < count) {
      words = new short[count];
    }
    int scale = frequencies.bits;
    int lane = count >= TWO_STATES ? 1 : 0;
    long even = LEAST_STATE;
    long odd = LEAST_STATE;
    int used = 0;
    for (int i = count - 1; i >= 0; i--) {
      int token = Tokens.of(numbers[i]);
      long share = frequencies.scaled[token];
      boolean isOdd = (i & lane) != 0;
      long state = isOdd ? odd : even;
      if (state >= share << (32 - scale)) {
        words[used++] = (short) state;
        state >>>= 16;
      }
      state = ((state / share) << scale) + state % share + frequencies.below[token];
      if (isOdd) {
        odd = state;
      } else {
        even = state;
      }
    }
    into.varint(used);
    into.put32((int) even);
    if (lane != 0) {
      into.put32((int) odd);
    }
    for (int i = used - 1; i >= 0; i--) {
      into.put16(words[i]);
    }
  }
}
