package io.vllmmonitor.persistence.format;

/** Reads what {@link ByteWriter} wrote; never beyond its end. Reused from span to span. */
final class ByteReader {
  private byte[] bytes = new byte[0];
  private int position;
  private int end;

  ByteReader on(byte[] source) {
    return on(source, 0, source.length);
  }

  ByteReader on(byte[] source, int from, int to) {
    bytes = source;
    position = from;
    end = to;
    return this;
  }

  int position() {
    return position;
  }

  int remaining() {
    return end - position;
  }

  byte[] array() {
    return bytes;
  }

  /** Passes over so many bytes and tells where they began. */
  int skip(long length) {
    if (length < 0 || length > end - position) {
      throw new DamagedBytesException(
          "The bytes end at " + end + ", but " + length + " are needed from " + position);
    }
    int start = position;
    position += (int) length;
    return start;
  }

  int next() {
    return bytes[skip(1)] & 0xff;
  }

  int next16() {
    return (short) ByteWriter.SHORTS.get(bytes, skip(Short.BYTES)) & 0xffff;
  }

  int next32() {
    return (int) ByteWriter.INTS.get(bytes, skip(Integer.BYTES));
  }

  long next64() {
    return (long) ByteWriter.LONGS.get(bytes, skip(Long.BYTES));
  }

  /** At most ten bytes; the shortest form only, so that one number has one form. */
  long varint() {
    long value = 0;
    for (int shift = 0; shift < 70; shift += 7) {
      int next = next();
      value |= (long) (next & 0x7f) << shift;
      if (next < 0x80) {
        boolean shortest = next != 0 || shift == 0;
        if (!shortest || (shift == 63 && next > 1)) {
          throw new DamagedBytesException("A number at " + position + " is not in its short form");
        }
        return value;
      }
    }
    throw new DamagedBytesException("A number before " + position + " has more than ten bytes");
  }

  long zigzag() {
    return ByteWriter.fromZigzag(varint());
  }

  /** A number that cannot be greater than so much. */
  int varint(int most, String what) {
    long value = varint();
    if (value < 0 || value > most) {
      throw new DamagedBytesException(
          what + " is " + Long.toUnsignedString(value) + ", expected at most " + most);
    }
    return (int) value;
  }

  void expectEnd() {
    if (position != end) {
      throw new DamagedBytesException((end - position) + " bytes too many at " + position);
    }
  }
}
