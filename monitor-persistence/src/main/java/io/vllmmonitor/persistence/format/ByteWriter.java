package io.vllmmonitor.persistence.format;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/** Bytes that grow; kept and reused. Numbers of fixed width lie least significant byte first. */
final class ByteWriter {
  static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  static final VarHandle INTS =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  static final VarHandle SHORTS =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
  private static final int MOST_VARINT = 10;

  private byte[] bytes = new byte[1024];
  private int size;

  ByteWriter clear() {
    size = 0;
    return this;
  }

  int size() {
    return size;
  }

  /** Drops what was written from there on. */
  void cut(int newSize) {
    size = newSize;
  }

  byte[] array() {
    return bytes;
  }

  byte[] toBytes() {
    return Arrays.copyOf(bytes, size);
  }

  /** Makes room, for those who write into the array themselves and then say how far. */
  byte[] room(int more) {
    if (bytes.length - size < more) {
      bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, size + more));
    }
    return bytes;
  }

  void advance(int written) {
    size += written;
  }

  void put(int value) {
    room(1)[size++] = (byte) value;
  }

  void put16(int value) {
    SHORTS.set(room(Short.BYTES), size, (short) value);
    size += Short.BYTES;
  }

  void put32(int value) {
    INTS.set(room(Integer.BYTES), size, value);
    size += Integer.BYTES;
  }

  void put64(long value) {
    LONGS.set(room(Long.BYTES), size, value);
    size += Long.BYTES;
  }

  void put(byte[] source, int from, int length) {
    System.arraycopy(source, from, room(length), size, length);
    size += length;
  }

  /** Seven bits a byte, the lowest first; the high bit says that more follow. */
  void varint(long value) {
    byte[] target = room(MOST_VARINT);
    long rest = value;
    while ((rest & ~0x7fL) != 0) {
      target[size++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    target[size++] = (byte) rest;
  }

  /** Small numbers of either sign become small. */
  void zigzag(long value) {
    varint(zigzagOf(value));
  }

  static long zigzagOf(long value) {
    return value << 1 ^ value >> 63;
  }

  static long fromZigzag(long value) {
    return value >>> 1 ^ -(value & 1);
  }
}
