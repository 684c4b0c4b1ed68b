package io.vllmmonitor.persistence.format;

import java.util.Arrays;

/**
 * The times of the rows of a block as bytes and back; any longs in any order come back, those that
 * grow evenly take a few bytes. The layout is described in docs/formats/chunk.md. Keeps its
 * buffers; used by one thread at a time.
 */
public final class TimeCodec {
  private static final int VERSION = 1;

  private final ByteWriter writer = new ByteWriter();
  private final ByteReader reader = new ByteReader();
  private final Crc crc = new Crc();
  private final ColumnEncoder encoder = new ColumnEncoder();
  private final ColumnDecoder decoder = new ColumnDecoder();
  private final WholeNumbers whole = new WholeNumbers();

  /** Ready for both directions. */
  public TimeCodec() {}

  /**
   * @param count how many of the array, at most {@link PackCodec#MOST_ROWS}
   */
  public byte[] encode(long[] epochMillis, int count) {
    if (count > PackCodec.MOST_ROWS) {
      throw new IllegalArgumentException(
          count + " times of rows, expected at most " + PackCodec.MOST_ROWS);
    }
    writer.clear().put(VERSION);
    writer.varint(count);
    if (count == 1) {
      writer.zigzag(epochMillis[0]);
    } else if (count > 1) {
      System.arraycopy(epochMillis, 0, whole.sized(count).numbers, 0, count);
      encoder.writeWhole(whole, writer);
    }
    crc.append(writer, 0);
    return writer.toBytes();
  }

  /**
   * @throws DamagedBytesException when the checksum is wrong or no writer makes such bytes
   */
  public long[] decode(byte[] bytes) {
    int length = bytes.length - Crc.BYTES;
    reader.on(Arrays.copyOf(bytes, bytes.length + BitReader.PADDING), 0, bytes.length);
    reader.skip(length);
    crc.check(reader, 0, "A column of times");
    reader.on(reader.array(), 0, length);
    int version = reader.next();
    if (version != VERSION) {
      throw new DamagedBytesException("Times of the unknown version " + version);
    }
    int count = reader.varint(PackCodec.MOST_ROWS, "The count of times");
    if (count > 1) {
      decoder.read(reader, count, null, whole);
      return Arrays.copyOf(whole.numbers, count);
    }
    long[] times = count == 0 ? new long[0] : new long[] {reader.zigzag()};
    reader.expectEnd();
    return times;
  }
}
