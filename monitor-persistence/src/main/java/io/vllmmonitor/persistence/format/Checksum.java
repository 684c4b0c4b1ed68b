package io.vllmmonitor.persistence.format;

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

  /** Nothing added yet. */
  public Checksum() {}

  public Checksum add(long value) {
    for (int shift = 56; shift >= 0; shift -= 8) {
      crc.update((int) (value >>> shift) & 0xff);
    }
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
