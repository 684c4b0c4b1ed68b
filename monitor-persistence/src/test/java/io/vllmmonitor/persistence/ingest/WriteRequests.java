package io.vllmmonitor.persistence.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.airlift.compress.snappy.SnappyCompressor;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;

/** Writes remote write requests byte by byte, right ones and wrong ones. */
final class WriteRequests {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  /** A series with one sample; labels are name, value, name, value … */
  WriteRequests series(double value, long time, String... labels) {
    return field(1, new WriteRequests().labels(labels).sample(value, time));
  }

  WriteRequests labels(String... labels) {
    for (int i = 0; i < labels.length; i += 2) {
      field(1, new WriteRequests().text(1, labels[i]).text(2, labels[i + 1]));
    }
    return this;
  }

  WriteRequests sample(double value, long time) {
    WriteRequests sample = new WriteRequests().varint(1 << 3 | 1);
    long bits = Double.doubleToRawLongBits(value);
    for (int i = 0; i < 8; i++) {
      sample.out.write((int) (bits >>> (8 * i)));
    }
    return field(2, sample.varint(2 << 3).varint(time));
  }

  WriteRequests field(int number, WriteRequests content) {
    return bytes(number, content.toBytes());
  }

  WriteRequests text(int number, String text) {
    return bytes(number, text.getBytes(UTF_8));
  }

  WriteRequests bytes(int number, byte[] content) {
    varint((long) number << 3 | 2).varint(content.length);
    out.writeBytes(content);
    return this;
  }

  WriteRequests varint(long value) {
    long left = value;
    while ((left & ~0x7FL) != 0) {
      out.write((int) (left & 0x7F) | 0x80);
      left >>>= 7;
    }
    out.write((int) left);
    return this;
  }

  byte[] toBytes() {
    return out.toByteArray();
  }

  byte[] snappy() {
    return snappy(toBytes());
  }

  static byte[] snappy(byte[] plain) {
    SnappyCompressor compressor = new SnappyCompressor();
    byte[] packed = new byte[compressor.maxCompressedLength(plain.length)];
    return Arrays.copyOf(
        packed, compressor.compress(plain, 0, plain.length, packed, 0, packed.length));
  }
}
