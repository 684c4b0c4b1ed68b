package io.vllmmonitor.persistence.exchange;

import io.vllmmonitor.api.sample.Labels;
import io.vllmmonitor.api.sample.SeriesData;
import io.vllmmonitor.api.sample.SeriesKey;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Samples in binary, big-endian: per series and ten minutes one chunk of its length in bytes, the
 * name, the labels, the number of samples, the first time, the distances of the others, and the raw
 * bits of all values. Texts are a length in bytes and UTF-8.
 */
final class SampleChunks {
  static final byte[] HEADER = {'V', 'M', 'C', 'H', 'U', 'N', 'K', 1};

  private SampleChunks() {}

  static byte[] chunk(SeriesData data) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(64 + data.size() * 12);
    DataOutputStream out = new DataOutputStream(bytes);
    text(out, data.series().name());
    Map<String, String> labels = data.series().labels().toMap();
    out.writeInt(labels.size());
    for (Map.Entry<String, String> label : labels.entrySet()) {
      text(out, label.getKey());
      text(out, label.getValue());
    }
    out.writeInt(data.size());
    out.writeLong(data.epochMillis(0));
    for (int i = 1; i < data.size(); i++) {
      out.writeInt((int) (data.epochMillis(i) - data.epochMillis(i - 1)));
    }
    for (int i = 0; i < data.size(); i++) {
      out.writeLong(Double.doubleToRawLongBits(data.value(i)));
    }
    byte[] body = bytes.toByteArray();
    ByteArrayOutputStream framed = new ByteArrayOutputStream(body.length + 4);
    DataOutputStream frame = new DataOutputStream(framed);
    frame.writeInt(body.length);
    frame.write(body);
    return framed.toByteArray();
  }

  private static void text(DataOutputStream out, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    out.writeInt(bytes.length);
    out.write(bytes);
  }

  /**
   * @throws IOException unless the header is there
   */
  static void readHeader(DataInputStream in) throws IOException {
    if (!Arrays.equals(HEADER, in.readNBytes(HEADER.length))) {
      throw new IOException("it does not begin as a file of chunks does");
    }
  }

  /** The next chunk; null at the end. */
  static @Nullable SeriesData read(DataInputStream in, int mostBytes) throws IOException {
    int first = in.read();
    if (first < 0) {
      return null;
    }
    int length = (first << 24) | (in.readUnsignedByte() << 16) | in.readUnsignedShort();
    if (length < 0 || length > mostBytes) {
      throw ArchiveErrors.tooLarge(
          "a chunk of " + Integer.toUnsignedString(length) + " bytes", mostBytes + " bytes");
    }
    byte[] body = in.readNBytes(length);
    if (body.length < length) {
      throw new EOFException("it ends within a chunk");
    }
    DataInputStream chunk = new DataInputStream(new ByteArrayInputStream(body));
    SeriesData data = parse(chunk, body.length);
    if (chunk.read() >= 0) {
      throw new IOException("a chunk is longer than its samples");
    }
    return data;
  }

  private static SeriesData parse(DataInputStream in, int most) throws IOException {
    String name = text(in, most);
    Map<String, String> labels = new TreeMap<>();
    for (int left = count(in, most); left > 0; left--) {
      String label = text(in, most);
      String value = text(in, most);
      if (value.isEmpty() || labels.put(label, value) != null) {
        throw new IOException("a label is empty or there twice");
      }
    }
    int size = count(in, most / Long.BYTES);
    long[] times = new long[size];
    double[] values = new double[size];
    for (int i = 0; i < size; i++) {
      times[i] = i == 0 ? in.readLong() : times[i - 1] + in.readInt();
    }
    for (int i = 0; i < size; i++) {
      values[i] = Double.longBitsToDouble(in.readLong());
    }
    return new SeriesData(new SeriesKey(name, Labels.of(labels)), times, values);
  }

  private static int count(DataInputStream in, int most) throws IOException {
    int count = in.readInt();
    if (count < 0 || count > most) {
      throw new IOException("it counts " + Integer.toUnsignedString(count) + " of something");
    }
    return count;
  }

  private static String text(DataInputStream in, int most) throws IOException {
    byte[] bytes = in.readNBytes(count(in, most));
    return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
  }
}
