package io.vllmmonitor.persistence.format;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The CRC32C over the fields of a row, in order. Each field is preceded by its length, so that
 * bytes cannot move from one field to the next unnoticed. Used by one thread for one row.
 */
public final class Checksum {
  private static final int NULL_LENGTH = -1;

  private final CRC32C crc = new CRC32C();
  private final ByteBuffer number = ByteBuffer.allocate(Long.BYTES);

  /** Nothing added yet. */
  public Checksum() {}

  public Checksum add(long value) {
    number.putLong(0, value);
    crc.update(number.array(), 0, Long.BYTES);
    return this;
  }

  public Checksum add(byte[] bytes) {
    add(bytes.length);
    crc.update(bytes, 0, bytes.length);
    return this;
  }

  /** A null counts as a field of its own, unlike an empty text. */
  public Checksum add(@Nullable String text) {
    if (text == null) {
      return add(NULL_LENGTH);
    }
    return add(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Between 0 and 2^32 − 1. */
  public long value() {
    return crc.getValue();
  }
}
