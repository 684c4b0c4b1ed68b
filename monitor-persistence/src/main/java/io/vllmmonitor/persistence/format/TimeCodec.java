package io.vllmmonitor.persistence.format;

import java.util.Arrays;

/**
 * The times of the rows of a block as bytes and back; any longs in any order come back, those that
 * grow evenly take a few bytes. Keeps its buffers; used by one thread at a time.
 */
public final class TimeCodec {
  private final ByteWriter writer = new ByteWriter();
  private final ByteReader reader = new ByteReader();
  private final Crc crc = new Crc();

  /** Ready for both directions. */
  public TimeCodec() {}

  /**
   * @param count how many of the array, at most {@link PackCodec#MOST_ROWS}
   */
  public byte[] encode(long[] epochMillis, int count) {
    writer.clear().varint(count);
    for (int i = 0; i < count; i++) {
      writer.put64(epochMillis[i]);
    }
    crc.append(writer, 0);
    return writer.toBytes();
  }

  /**
   * @throws DamagedBytesException when the checksum is wrong or no writer makes such bytes
   */
  public long[] decode(byte[] bytes) {
    reader.on(bytes);
    int count = reader.varint(PackCodec.MOST_ROWS, "The count of times");
    long[] times = new long[count];
    for (int i = 0; i < count; i++) {
      times[i] = reader.next64();
    }
    crc.check(reader, 0, "A column of times");
    reader.expectEnd();
    return Arrays.copyOf(times, count);
  }
}
