package io.vllmmonitor.persistence.exchange;

import com.fasterxml.jackson.core.io.schubfach.DoubleToDecimal;

/**
 * Values as text, bit for bit: the shortest decimal that reads back to the same value, whole
 * numbers without a fraction, {@code +Inf}, {@code -Inf}, and for every NaN its raw bits as in
 * {@code bits:7ff0000000000002}, which is the stale marker. The same on every Java. Stateless;
 * stores of JSON files write values the same way.
 */
public final class ValueText {
  private static final String BITS = "bits:";
  private static final double LARGEST_WHOLE = 9.007199254740992E15; // 2^53

  private ValueText() {}

  /** The text of a value. */
  public static String print(double value) {
    if (Double.isNaN(value)) {
      return BITS + Long.toHexString(Double.doubleToRawLongBits(value));
    }
    if (Double.isInfinite(value)) {
      return value > 0 ? "+Inf" : "-Inf";
    }
    boolean negativeZero = value == 0 && 1 / value < 0;
    if (!negativeZero && Math.abs(value) < LARGEST_WHOLE && value == Math.rint(value)) {
      return Long.toString((long) value);
    }
    return DoubleToDecimal.toString(value);
  }

  /** Whether the text is a JSON number, so that it needs no quotes. */
  public static boolean isNumber(double value) {
    return !Double.isNaN(value) && !Double.isInfinite(value);
  }

  /**
   * Reads only what {@link #print} prints.
   *
   * @throws NumberFormatException for anything else, such as 1e400 or 1f
   */
  public static double parse(String text) {
    double value =
        switch (text) {
          case "+Inf" -> Double.POSITIVE_INFINITY;
          case "-Inf" -> Double.NEGATIVE_INFINITY;
          default ->
              text.startsWith(BITS)
                  ? Double.longBitsToDouble(
                      Long.parseUnsignedLong(text.substring(BITS.length()), 16))
                  : Double.parseDouble(text);
        };
    if (!print(value).equals(text)) {
      throw new NumberFormatException(
          "'" + (text.length() > 40 ? text.substring(0, 40) : text) + "' is no value");
    }
    return value;
  }
}
