package io.vllmmonitor.persistence.format;

/**
 * Reads what {@link BitWriter} wrote, out of an array that has at least {@link #PADDING} bytes
 * behind the end of the bits. Reused.
 */
final class BitReader {
  static final int PADDING = 16;

  private static final int MOST_AT_ONCE = 56;

  private byte[] bytes = new byte[PADDING];
  private long position; // in bits
  private long end;

  BitReader on(ByteReader reader) {
    int length = reader.varint(reader.remaining(), "The length of bits");
    position = (long) reader.skip(length) * Byte.SIZE;
    end = position + (long) length * Byte.SIZE;
    bytes = reader.array();
    return this;
  }

  private long peek() {
    return (long) ByteWriter.LONGS.get(bytes, (int) (position >>> 3)) >>> (position & 7);
  }

  /**
   * @param length 0 to 64
   */
  long get(int length) {
    if (length > MOST_AT_ONCE) {
      long low = get(Integer.SIZE);
      return low | get(length - Integer.SIZE) << Integer.SIZE;
    }
    long value = peek() & (1L << length) - 1;
    position += length;
    return value;
  }

  long gamma() {
    int rest = 0;
    while (true) {
      int zeros = Math.min(Long.numberOfTrailingZeros(peek()), MOST_AT_ONCE);
      rest += zeros;
      position += zeros;
      if (zeros < MOST_AT_ONCE) {
        break;
      }
      if (rest > Long.SIZE || position > end) {
        throw new DamagedBytesException("A number of more than 64 bits");
      }
    }
    if (rest >= Long.SIZE) {
      throw new DamagedBytesException("A number of more than 64 bits");
    }
    position++;
    return 1L << rest | get(rest);
  }

  /** All bits must have been read, and those that fill the last byte must be 0. */
  void expectEnd() {
    if (position > end || end - position >= Byte.SIZE || get((int) (end - position)) != 0) {
      throw new DamagedBytesException("Bits end at " + position + ", expected " + end);
    }
  }
}
