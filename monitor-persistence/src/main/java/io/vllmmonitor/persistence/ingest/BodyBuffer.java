package io.vllmmonitor.persistence.ingest;

import io.airlift.compress.snappy.SnappyDecompressor;
import io.airlift.compress.zstd.ZstdInputStream;
import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.Semaphore;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/**
 * Holds one body, as sent and unpacked, in memory that is used again for the next one. What is
 * larger than a usual body is borrowed from a common budget, so that many large bodies at once
 * cannot fill the heap. Confined to one thread between {@link #read} and {@link #release}.
 */
final class BodyBuffer {
  /** How many bytes a permit of the budget stands for. */
  static final int UNIT = 64 << 10;

  /** What every buffer may have without borrowing. */
  private static final int OWN = 256 << 10;

  private static final int MOST_RATIO = 64; // of a snappy block; a copy of 64 bytes has at least 2

  private final Semaphore budget;
  private final SnappyDecompressor snappy = new SnappyDecompressor();
  private byte[] sent = new byte[UNIT];
  private byte[] unpacked = new byte[UNIT];
  private int borrowed;
  private byte[] body = sent;
  private int length;

  BodyBuffer(Semaphore budget) {
    this.budget = budget;
  }

  /** The bytes of the body; more of the array is rubbish. */
  byte[] bytes() {
    return body;
  }

  int length() {
    return length;
  }

  /**
   * Reads a body to its end.
   *
   * @throws IOException when the sender fails
   * @throws MonitorException HTTP_BODY_TOO_LARGE, HTTP_OVERLOADED, or INGEST_MALFORMED_BODY when it
   *     is not what it says it is
   */
  void read(InputStream in, BodyEncoding encoding) throws IOException {
    length = 0;
    int size = 0;
    while (true) {
      if (size == sent.length) {
        sent = grown(sent, size + 1, "");
      }
      int more = in.read(sent, size, sent.length - size);
      if (more < 0) {
        break;
      }
      size += more;
    }
    if (size > IngestLimits.BODY_BYTES) {
      throw tooLarge("");
    }
    unpack(size, encoding);
  }

  private void unpack(int size, BodyEncoding encoding) {
    body = encoding == BodyEncoding.IDENTITY ? sent : unpacked;
    try {
      switch (encoding) {
        case IDENTITY -> length = size;
        case SNAPPY -> length = unsnap(size);
        case GZIP -> {
          try (InputStream in =
              new GZIPInputStream(new ByteArrayInputStream(sent, 0, size), UNIT)) {
            inflate(in);
          }
        }
        case ZSTD -> {
          try (InputStream in = new ZstdInputStream(new ByteArrayInputStream(sent, 0, size))) {
            inflate(in);
          }
        }
      }
    } catch (MonitorException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      // At damaged data the decoders throw whatever they stumble over.
      throw malformed(encoding, String.valueOf(e.getMessage()), e);
    }
  }

  private void inflate(InputStream in) throws IOException {
    int size = 0;
    while (true) {
      if (size == unpacked.length) {
        unpacked = grown(unpacked, size + 1, " inflated");
      }
      int more = in.read(unpacked, size, unpacked.length - size);
      if (more < 0) {
        break;
      }
      size += more;
    }
    if (size > IngestLimits.BODY_BYTES) {
      throw tooLarge(" inflated");
    }
    body = unpacked;
    length = size;
  }

  private int unsnap(int size) {
    int promised = SnappyDecompressor.getUncompressedLength(sent, 0);
    if (promised < 0 || promised > IngestLimits.BODY_BYTES) {
      throw tooLarge(" inflated");
    }
    if (promised > (long) MOST_RATIO * size) {
      throw malformed(
          BodyEncoding.SNAPPY, size + " bytes cannot hold the promised " + promised, null);
    }
    if (promised > unpacked.length) {
      unpacked = grown(unpacked, promised, " inflated");
    }
    int real = snappy.decompress(sent, 0, size, unpacked, 0, promised);
    if (real != promised) {
      throw malformed(
          BodyEncoding.SNAPPY, promised + " bytes were promised, " + real + " came", null);
    }
    body = unpacked;
    return real;
  }

  /** One byte more than the limit is allowed, so that it can be told that there is one. */
  private byte[] grown(byte[] before, int needed, String how) {
    if (before.length > IngestLimits.BODY_BYTES) {
      throw tooLarge(how);
    }
    int size = Math.max(needed, 2 * before.length);
    if (size >= IngestLimits.BODY_BYTES) {
      size = IngestLimits.BODY_BYTES + 1;
    }
    int units = size <= OWN ? 0 : (size - Math.max(OWN, before.length) + UNIT - 1) / UNIT;
    if (!budget.tryAcquire(units)) {
      throw new MonitorException(
          ErrorCode.HTTP_OVERLOADED,
          Blame.OPERATOR,
          "Too many large bodies are being read at once; send this one again a little later, or"
              + " send smaller ones");
    }
    borrowed += units;
    return Arrays.copyOf(before, size);
  }

  /** Gives back what was borrowed. */
  void release() {
    length = 0;
    if (borrowed > 0) {
      sent = sent.length > OWN ? new byte[UNIT] : sent;
      unpacked = unpacked.length > OWN ? new byte[UNIT] : unpacked;
      body = sent;
      budget.release(borrowed);
      borrowed = 0;
    }
  }

  private static MonitorException tooLarge(String how) {
    return new MonitorException(
        ErrorCode.HTTP_BODY_TOO_LARGE,
        Blame.OPERATOR,
        "The body has more than "
            + IngestLimits.BODY_BYTES
            + " bytes"
            + how
            + "; send fewer samples at once");
  }

  private static MonitorException malformed(
      BodyEncoding encoding, String found, @Nullable Exception cause) {
    return new MonitorException(
        ErrorCode.INGEST_MALFORMED_BODY,
        Blame.OPERATOR,
        "The body is no whole "
            + encoding.name().toLowerCase(Locale.ROOT)
            + " data: "
            + found
            + "; nothing of it was stored, send it again as its Content-Encoding says",
        cause);
  }
}
