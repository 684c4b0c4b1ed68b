package io.vllmmonitor.persistence.format;

import java.util.Arrays;

/** Reads what {@link NumberEncoder} wrote, out of an array with padding. Reused. */
final class NumberDecoder {
  private static final int MOST_GOLOMB_LOW = 63;

  private final Frequencies frequencies = new Frequencies();
  private final BitReader bits = new BitReader();
  // By the low bits of the state: token, its share less one and the place within its share.
  private final int[] slots = new int[1 << Frequencies.MOST_BITS];

  void read(ByteReader from, long[] numbers, int count) {
    if (count == 0) {
      return;
    }
    int form = from.next();
    bits.on(from);
    int scale = form - NumberEncoder.RANS;
    if (form <= MOST_GOLOMB_LOW) {
      readGolomb(numbers, count, form);
    } else if (scale >= Frequencies.LEAST_BITS && scale <= Frequencies.MOST_BITS) {
      frequencies.read(bits, scale);
      readRans(from, numbers, count);
    } else {
      throw new DamagedBytesException("Numbers in the unknown form " + form);
    }
    bits.expectEnd();
  }

  private void readGolomb(long[] numbers, int count, int low) {
    for (int i = 0; i < count; i++) {
      long high = bits.gamma() - 1;
      numbers[i] = high << low | bits.get(low);
    }
  }

  private void readRans(ByteReader from, long[] numbers, int count) {
    if (frequencies.used == 1) {
      readOneToken(numbers, count);
      return;
    }
    fillSlots();
    int words = from.varint(from.remaining() / Short.BYTES, "The count of words");
    long even = from.next32() & 0xffff_ffffL;
    long odd = count >= NumberEncoder.TWO_STATES ? from.next32() & 0xffff_ffffL : 0;
    byte[] bytes = from.array();
    int at = from.skip((long) words * Short.BYTES);
    int read =
        count >= NumberEncoder.TWO_STATES
            ? readTwo(bytes, at, numbers, count, even, odd)
            : readOne(bytes, at, numbers, count, even);
    if (read != at + words * Short.BYTES) {
      throw new DamagedBytesException("Coded numbers do not end where their words end");
    }
  }

  private void readOneToken(long[] numbers, int count) {
    int token = 0;
    while (frequencies.scaled[token] == 0) {
      token++;
    }
    Arrays.fill(numbers, 0, count, token);
    addExtraBits(numbers, count);
  }

  private void fillSlots() {
    for (int token = 0; token < Tokens.COUNT; token++) {
      int share = frequencies.scaled[token];
      int first = frequencies.below[token];
      for (int i = 0; i < share; i++) {
        slots[first + i] = token << 24 | (share - 1) << 12 | i;
      }
    }
  }

  private int readOne(byte[] bytes, int start, long[] numbers, int count, long first) {
    int scale = frequencies.bits;
    int mask = (1 << scale) - 1;
    long state = first;
    int at = start;
    for (int i = 0; i < count; i++) {
      int slot = slots[(int) state & mask];
      numbers[i] = tokenOf(slot);
      state = shareOf(slot) * (state >>> scale) + (slot & 0xfff);
      if (state < NumberEncoder.LEAST_STATE) {
        state = state << 16 | wordAt(bytes, at);
        at += Short.BYTES;
      }
    }
    expectLeast(state);
    addExtraBits(numbers, count);
    return at;
  }

  private int readTwo(
      byte[] bytes, int start, long[] numbers, int count, long firstEven, long firstOdd) {
    int scale = frequencies.bits;
    int mask = (1 << scale) - 1;
    long even = firstEven;
    long odd = firstOdd;
    int at = start;
    int pairs = count & ~1;
    for (int i = 0; i < pairs; i += 2) {
      int slot = slots[(int) even & mask];
      int other = slots[(int) odd & mask];
      numbers[i] = tokenOf(slot);
      numbers[i + 1] = tokenOf(other);
      even = shareOf(slot) * (even >>> scale) + (slot & 0xfff);
      odd = shareOf(other) * (odd >>> scale) + (other & 0xfff);
      if (even < NumberEncoder.LEAST_STATE) {
        even = even << 16 | wordAt(bytes, at);
        at += Short.BYTES;
      }
      if (odd < NumberEncoder.LEAST_STATE) {
        odd = odd << 16 | wordAt(bytes, at);
        at += Short.BYTES;
      }
    }
    if (pairs < count) {
      int slot = slots[(int) even & mask];
      numbers[pairs] = tokenOf(slot);
      even = shareOf(slot) * (even >>> scale) + (slot & 0xfff);
      if (even < NumberEncoder.LEAST_STATE) {
        even = even << 16 | wordAt(bytes, at);
        at += Short.BYTES;
      }
    }
    expectLeast(even);
    expectLeast(odd);
    addExtraBits(numbers, count);
    return at;
  }

  private static int tokenOf(int slot) {
    return slot >>> 24;
  }

  private static long shareOf(int slot) {
    return (slot >>> 12 & 0xfff) + 1L;
  }

  private static int wordAt(byte[] bytes, int at) {
    return (short) ByteWriter.SHORTS.get(bytes, at) & 0xffff;
  }

  private static void expectLeast(long state) {
    if (state != NumberEncoder.LEAST_STATE) {
      throw new DamagedBytesException("Coded numbers end in the state " + state);
    }
  }

  /** From tokens to the numbers themselves. */
  private void addExtraBits(long[] numbers, int count) {
    if (frequencies.below[Tokens.DIRECT] == 1 << frequencies.bits) {
      return;
    }
    for (int i = 0; i < count; i++) {
      int token = (int) numbers[i];
      int extra = Tokens.extraBits(token);
      if (extra > 0) {
        numbers[i] = Tokens.smallest(token) | bits.get(extra);
      }
    }
  }
}
