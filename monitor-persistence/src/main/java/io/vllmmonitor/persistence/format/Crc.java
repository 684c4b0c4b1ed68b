package io.vllmmonitor.persistence.format;

import java.util.zip.CRC32C;

/** The CRC32C of a span of bytes. Used by one thread at a time. */
final class Crc {
  static final int BYTES = Integer.BYTES;

  private final CRC32C crc = new CRC32C();

  int of(byte[] bytes, int from, int length) {
    crc.reset();
    crc.update(bytes, from, length);
    return (int) crc.getValue();
  }

  /** Adds the checksum of what was written from there on. */
  void append(ByteWriter writer, int from) {
    writer.put32(of(writer.array(), from, writer.size() - from));
  }

  /** Reads the checksum that follows and compares. */
  void check(ByteReader reader, int from, String what) {
    int found = of(reader.array(), from, reader.position() - from);
    if (reader.next32() != found) {
      throw new DamagedBytesException(what + " does not match its checksum");
    }
  }
}
