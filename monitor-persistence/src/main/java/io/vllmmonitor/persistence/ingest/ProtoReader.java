package io.vllmmonitor.persistence.ingest;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;

/**
 * Reads the fields of protocol buffer messages (proto3 wire format: varint, fixed and
 * length-delimited fields; groups are refused). Messages within messages are read in place, by
 * their ends. Confined to one thread.
 */
final class ProtoReader {
  static final int VARINT = 0;
  static final int FIXED64 = 1;
  static final int BYTES = 2;
  static final int FIXED32 = 5;

  private final byte[] data;
  private int at;
  private int end;

  ProtoReader(byte[] data, int length) {
    this.data = data;
    this.end = length;
  }

  int at() {
    return at;
  }

  /** Where the message at hand ends. */
  int end() {
    return end;
  }

  boolean hasNext() {
    return at < end;
  }

  /** Number of the next field times 8 plus its wire type. */
  int tag() {
    long tag = varint();
    if (tag >>> 3 == 0 || tag >>> 32 != 0) {
      throw malformed("a field number, found " + (tag >>> 3));
    }
    return (int) tag;
  }

  long varint() {
    long value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      if (at >= end) {
        throw malformed("the rest of a number");
      }
      byte b = data[at++];
      value |= (long) (b & 0x7F) << shift;
      if (b >= 0) {
        return value;
      }
    }
    throw malformed("a number of at most ten bytes");
  }

  /** Reads the length of the field that begins here and checks that it is all there. */
  int length() {
    long length = varint();
    if (length < 0 || length > end - at) {
      throw malformed("a field of at most " + (end - at) + " bytes, found a length of " + length);
    }
    return (int) length;
  }

  long fixed64() {
    if (end - at < 8) {
      throw malformed("eight bytes");
    }
    long value = 0;
    for (int i = 7; i >= 0; i--) {
      value = value << 8 | (data[at + i] & 0xFF);
    }
    at += 8;
    return value;
  }

  /** Steps into the message of the field that begins here; its end to be given back. */
  int enter() {
    int length = length();
    int outer = end;
    end = at + length;
    return outer;
  }

  /** Steps out of a message that was read to its end. */
  void leave(int outer) {
    at = end;
    end = outer;
  }

  void goTo(int position) {
    at = position;
  }

  byte[] bytes() {
    int length = length();
    byte[] copy = java.util.Arrays.copyOfRange(data, at, at + length);
    at += length;
    return copy;
  }

  /** Passes over the content of a field. */
  void skip(int tag) {
    switch (tag & 7) {
      case VARINT -> varint();
      case FIXED64 -> skipBytes(8);
      case BYTES -> skipBytes(length());
      case FIXED32 -> skipBytes(4);
      default -> throw malformed("wire type 0, 1, 2 or 5, found " + (tag & 7));
    }
  }

  private void skipBytes(int count) {
    if (count > end - at) {
      throw malformed(count + " bytes");
    }
    at += count;
  }

  MonitorException malformed(String expected) {
    return refused(ErrorCode.INGEST_MALFORMED_BODY, expected);
  }

  MonitorException refused(ErrorCode code, String expected) {
    return new MonitorException(
        code,
        Blame.OPERATOR,
        "The write request at byte "
            + at
            + ": expected "
            + expected
            + "; nothing of it was stored, see what sends or changes it");
  }
}
