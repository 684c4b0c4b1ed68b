package io.vllmmonitor.persistence.format;

import java.nio.ByteBuffer;

/** Lists of ints as bytes: four each, the most significant first. */
public final class IntLists {
  private IntLists() {}

  public static byte[] encode(int[] numbers) {
    ByteBuffer buffer = ByteBuffer.allocate(numbers.length * Integer.BYTES);
    buffer.asIntBuffer().put(numbers);
    return buffer.array();
  }

  /**
   * @throws IllegalArgumentException when the bytes are no whole number of ints
   */
  public static int[] decode(byte[] bytes) {
    if (bytes.length % Integer.BYTES != 0) {
      throw new IllegalArgumentException(
          bytes.length + " bytes are no list of ints of " + Integer.BYTES + " bytes each");
    }
    int[] numbers = new int[bytes.length / Integer.BYTES];
    ByteBuffer.wrap(bytes).asIntBuffer().get(numbers);
    return numbers;
  }
}
