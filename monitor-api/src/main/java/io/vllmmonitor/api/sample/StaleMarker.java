package io.vllmmonitor.api.sample;

/**
 * The value that says "this series is gone from here on": a NaN with the bits that Prometheus uses
 * ({@code 0x7ff0000000000002}). It is compared by its bits; other NaNs are ordinary values.
 */
public final class StaleMarker {
  private static final long BITS = 0x7ff0000000000002L;

  private StaleMarker() {}

  /** The marker as a value. */
  public static double value() {
    return Double.longBitsToDouble(BITS);
  }

  /** Whether this value is the marker, bit for bit. */
  public static boolean is(double value) {
    return Double.doubleToRawLongBits(value) == BITS;
  }
}
