package io.vllmmonitor.persistence.format;

import java.util.Arrays;
import java.util.stream.IntStream;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/**
 * The values of one scrape as bytes and back, bit for bit. The eight bytes of all values are laid
 * out in planes (first all highest bytes, then all second ones …), because neighbouring values of a
 * page share their exponents and end in zeros, and then deflated where that makes them smaller.
 *
 * <p>Layout: one byte that names the form, then the planes. Holds native memory until closed. Used
 * by one thread at a time.
 */
public final class ValueCodec implements AutoCloseable {
  private static final byte PLAIN = 0;
  private static final byte DEFLATED = 1;

  private final Deflater deflater = new Deflater(Deflater.BEST_SPEED, true);
  private final Inflater inflater = new Inflater(true);

  /** Ready for both directions. */
  public ValueCodec() {}

  public byte[] encode(double[] values) {
    byte[] planes = toPlanes(values);
    byte[] target = new byte[planes.length + 1];
    deflater.reset();
    deflater.setInput(planes);
    deflater.finish();
    int length = deflater.deflate(target, 1, planes.length);
    if (deflater.finished() && length < planes.length) {
      target[0] = DEFLATED;
      return Arrays.copyOf(target, length + 1);
    }
    target[0] = PLAIN;
    System.arraycopy(planes, 0, target, 1, planes.length);
    return target;
  }

  /**
   * All values of a row.
   *
   * @param count how many values the bytes must hold
   * @throws IllegalArgumentException when they do not
   */
  public double[] decode(byte[] bytes, int count) {
    return decode(bytes, count, IntStream.range(0, count).toArray());
  }

  /**
   * Some values of a row, those at the given places, in that order.
   *
   * @param count how many values the bytes must hold
   * @throws IllegalArgumentException when they do not
   */
  public double[] decode(byte[] bytes, int count, int[] places) {
    int size = Math.multiplyExact(count, Double.BYTES);
    if (bytes.length == size + 1 && bytes[0] == PLAIN) {
      return fromPlanes(bytes, 1, count, places);
    }
    if (bytes.length > 1 && bytes[0] == DEFLATED) {
      return fromPlanes(inflate(bytes, size), 0, count, places);
    }
    throw new IllegalArgumentException(
        bytes.length + " bytes are no row of " + count + " values in a known form");
  }

  private byte[] inflate(byte[] bytes, int size) {
    byte[] planes = new byte[size];
    inflater.reset();
    inflater.setInput(bytes, 1, bytes.length - 1);
    try {
      int length = inflater.inflate(planes);
      // The end of the stream may still wait in the input when the output is exactly full.
      boolean ended = inflater.finished() || inflater.inflate(new byte[1]) == 0;
      if (length == size && ended && inflater.finished()) {
        return planes;
      }
      throw new IllegalArgumentException(
          "Deflated values end at " + length + " bytes, expected " + size);
    } catch (DataFormatException e) {
      throw new IllegalArgumentException("Deflated values are damaged: " + e.getMessage(), e);
    }
  }

  private static byte[] toPlanes(double[] values) {
    int count = values.length;
    byte[] planes = new byte[count * Double.BYTES];
    for (int i = 0; i < count; i++) {
      long bits = Double.doubleToRawLongBits(values[i]);
      for (int plane = 0; plane < Double.BYTES; plane++) {
        planes[plane * count + i] = (byte) (bits >>> (56 - 8 * plane));
      }
    }
    return planes;
  }

  private static double[] fromPlanes(byte[] planes, int start, int count, int[] places) {
    double[] values = new double[places.length];
    for (int i = 0; i < places.length; i++) {
      long bits = 0;
      for (int plane = 0; plane < Double.BYTES; plane++) {
        bits = bits << 8 | (planes[start + plane * count + places[i]] & 0xff);
      }
      values[i] = Double.longBitsToDouble(bits);
    }
    return values;
  }

  @Override
  public void close() {
    deflater.end();
    inflater.end();
  }
}
