package io.vllmmonitor.persistence.format;

/** Bits into bytes, the lowest bit of the first byte first. Reused. */
final class BitWriter {
  private final ByteWriter bytes = new ByteWriter();
  private long pending;
  private int count;

  BitWriter clear() {
    bytes.clear();
    pending = 0;
    count = 0;
    return this;
  }

  /**
   * @param value without bits beyond the length
   * @param length 0 to 64
   */
  void put(long value, int length) {
    if (length > Integer.SIZE) {
      put(value & 0xffff_ffffL, Integer.SIZE);
      put(value >>> Integer.SIZE, length - Integer.SIZE);
      return;
    }
    pending |= value << count;
    count += length;
    if (count >= Integer.SIZE) {
      bytes.put32((int) pending);
      pending >>>= Integer.SIZE;
      count -= Integer.SIZE;
    }
  }

  /** A number from 1: as many zeros as it has bits after its highest, a one, and those bits. */
  void gamma(long value) {
    int rest = 63 - Long.numberOfLeadingZeros(value);
    put(0, rest);
    put(1, 1);
    put(value ^ 1L << rest, rest);
  }

  static int gammaBits(long value) {
    return 2 * (63 - Long.numberOfLeadingZeros(value)) + 1;
  }

  /** Writes the bytes preceded by their number; the last one is filled with zeros. */
  void flush(ByteWriter into) {
    while (count > 0) {
      bytes.put((int) pending);
      pending >>>= Byte.SIZE;
      count -= Byte.SIZE;
    }
    into.varint(bytes.size());
    into.put(bytes.array(), 0, bytes.size());
  }
}
