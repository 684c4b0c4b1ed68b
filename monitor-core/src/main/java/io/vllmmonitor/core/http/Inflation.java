package io.vllmmonitor.core.http;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.zip.GZIPInputStream;

/** Unpacks gzip up to a limit. */
final class Inflation {
  private Inflation() {}

  /**
   * @throws CappedBody.TooLarge when more than {@code most} bytes come out
   * @throws IOException when the bytes are no gzip
   */
  static byte[] inflate(byte[] packed, int most) throws IOException {
    if (packed.length == 0) {
      return packed; // an answer without a body, whatever its header claims
    }
    try (GZIPInputStream stream = new GZIPInputStream(new ByteArrayInputStream(packed), 8192)) {
      byte[] bytes = stream.readNBytes(most);
      if (stream.read() >= 0) {
        throw new CappedBody.TooLarge();
      }
      return bytes;
    }
  }
}
