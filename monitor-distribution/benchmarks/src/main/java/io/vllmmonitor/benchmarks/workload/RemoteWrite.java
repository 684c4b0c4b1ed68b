package io.vllmmonitor.benchmarks.workload;

import io.vllmmonitor.api.sample.SeriesKey;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.IdentityHashMap;
import java.util.List;

/**
 * Writes scrapes as bodies of Prometheus remote write 1.0: a protobuf {@code WriteRequest} in a
 * Snappy block (format of google/snappy, {@code format_description.txt}). The block holds literals
 * only, which is valid and spares the receiver work. Used by one thread.
 */
public final class RemoteWrite {
  private static final int LARGEST_LITERAL = 65_536;
  private static final int TIME_SERIES = 1;
  private static final int LABEL = 1;
  private static final int SAMPLE = 2;
  private static final int LABEL_NAME = 1;
  private static final int LABEL_VALUE = 2;
  private static final int SAMPLE_VALUE = 1;
  private static final int SAMPLE_TIME = 2;
  private static final int VARINT = 0;
  private static final int FIXED64 = 1;
  private static final int BYTES = 2;

  private final IdentityHashMap<List<SeriesKey>, byte[][]> labels = new IdentityHashMap<>();

  /** One time series of one sample for every series of the scrape. */
  public byte[] encode(Scrape scrape, long time) {
    byte[][] names = labels.computeIfAbsent(scrape.series(), RemoteWrite::labels);
    ByteArrayOutputStream request = new ByteArrayOutputStream(names.length * 180);
    for (int i = 0; i < names.length; i++) {
      byte[] sample = sample(scrape.values()[i], time);
      tag(request, TIME_SERIES, BYTES);
      varint(request, names[i].length + sample.length);
      request.writeBytes(names[i]);
      request.writeBytes(sample);
    }
    return snappy(request.toByteArray());
  }

  private static byte[][] labels(List<SeriesKey> series) {
    return series.stream().map(RemoteWrite::labels).toArray(byte[][]::new);
  }

  private static byte[] labels(SeriesKey key) {
    // Sorted by name, as receivers expect; "__name__" sorts before what begins with a small letter.
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    field(all, LABEL, label("__name__", key.name()));
    key.labels().forEach((name, value) -> field(all, LABEL, label(name, value)));
    return all.toByteArray();
  }

  private static byte[] label(String name, String value) {
    ByteArrayOutputStream label = new ByteArrayOutputStream();
    field(label, LABEL_NAME, name.getBytes(StandardCharsets.UTF_8));
    field(label, LABEL_VALUE, value.getBytes(StandardCharsets.UTF_8));
    return label.toByteArray();
  }

  private static byte[] sample(double value, long time) {
    ByteArrayOutputStream sample = new ByteArrayOutputStream(20);
    tag(sample, SAMPLE_VALUE, FIXED64);
    sample.writeBytes(
        ByteBuffer.allocate(Double.BYTES).order(ByteOrder.LITTLE_ENDIAN).putDouble(value).array());
    tag(sample, SAMPLE_TIME, VARINT);
    varint(sample, time);
    ByteArrayOutputStream field = new ByteArrayOutputStream(24);
    field(field, SAMPLE, sample.toByteArray());
    return field.toByteArray();
  }

  /** A Snappy block of literals. */
  static byte[] snappy(byte[] plain) {
    ByteArrayOutputStream block = new ByteArrayOutputStream(plain.length + 32);
    varint(block, plain.length);
    for (int start = 0; start < plain.length; start += LARGEST_LITERAL) {
      int length = Math.min(LARGEST_LITERAL, plain.length - start);
      block.write(61 << 2); // a literal whose length less one follows in two bytes
      block.write(length - 1);
      block.write((length - 1) >>> 8);
      block.write(plain, start, length);
    }
    return block.toByteArray();
  }

  private static void field(ByteArrayOutputStream out, int number, byte[] bytes) {
    tag(out, number, BYTES);
    varint(out, bytes.length);
    out.writeBytes(bytes);
  }

  private static void tag(ByteArrayOutputStream out, int number, int wireType) {
    out.write(number << 3 | wireType);
  }

  private static void varint(ByteArrayOutputStream out, long value) {
    long rest = value;
    while ((rest & ~0x7fL) != 0) {
      out.write((int) ((rest & 0x7f) | 0x80));
      rest >>>= 7;
    }
    out.write((int) rest);
  }
}
