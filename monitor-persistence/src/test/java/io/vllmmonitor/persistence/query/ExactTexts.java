package io.vllmmonitor.persistence.query;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import org.jspecify.annotations.Nullable;

/** The texts of numbers by exact arithmetic: slow, and plain enough to be believed. */
final class ExactTexts {
  private static final int UNMISTAKABLE_DIGITS = 15;
  private static final double LARGEST_EXACT_LONG = 9.007199254740992E15; // 2^53
  private static final long FRACTION_BITS = (1L << 52) - 1;
  private static final double SMALLEST_PLAIN = 1e-6;
  private static final double LARGEST_PLAIN = 1e21;

  private ExactTexts() {}

  /**
   * As Prometheus prints a single number: the shortest decimal without exponent that reads back to
   * the same bits; {@code NaN}, {@code +Inf}, {@code -Inf}.
   */
  static String plain(double value) {
    String special = special(value);
    return special != null ? special : decimal(value).toPlainString();
  }

  /**
   * As Prometheus prints the values of series: the same, but very small and very large ones with an
   * exponent of at least two digits, such as {@code 1e-07}.
   */
  static String sample(double value) {
    String special = special(value);
    if (special != null) {
      return special;
    }
    double size = Math.abs(value);
    if (size >= SMALLEST_PLAIN && size < LARGEST_PLAIN) {
      return decimal(value).toPlainString();
    }
    BigDecimal decimal = decimal(value);
    String digits = decimal.unscaledValue().abs().toString();
    int exponent = decimal.precision() - decimal.scale() - 1;
    String fraction = digits.length() == 1 ? "" : "." + digits.substring(1);
    String power = (Math.abs(exponent) < 10 ? "0" : "") + Math.abs(exponent);
    String sign = value < 0 ? "-" : "";
    return sign + digits.charAt(0) + fraction + (exponent < 0 ? "e-" : "e+") + power;
  }

  /** The texts of values that have no digits, and of whole numbers that need no search. */
  private static @Nullable String special(double value) {
    if (Double.isNaN(value)) {
      return "NaN";
    }
    if (Double.isInfinite(value)) {
      return value > 0 ? "+Inf" : "-Inf";
    }
    if (value == Math.rint(value) && Math.abs(value) < LARGEST_EXACT_LONG) {
      boolean negativeZero = value == 0 && Double.doubleToRawLongBits(value) != 0;
      return negativeZero ? "-0" : Long.toString((long) value);
    }
    return null;
  }

  private static BigDecimal decimal(double value) {
    BigDecimal decimal = new BigDecimal(Double.toString(value)).stripTrailingZeros();
    boolean certain =
        decimal.precision() <= UNMISTAKABLE_DIGITS && Math.abs(value) >= Double.MIN_NORMAL;
    return certain ? decimal : shortest(value, decimal.precision());
  }

  // Before JDK 19 Double.toString sometimes prints a digit too many, or a last digit that is not
  // the
  // nearest (JDK-4511638). It always reads back, so that its length is enough to start from.
  private static BigDecimal shortest(double value, int digits) {
    BigDecimal exact = new BigDecimal(value);
    BigDecimal best = exact;
    for (int length = digits; length > 0; length--) {
      BigDecimal candidate = nearestThatReadsBack(exact, value, length);
      if (candidate == null) {
        break;
      }
      best = candidate;
    }
    return best.stripTrailingZeros();
  }

  private static @Nullable BigDecimal nearestThatReadsBack(
      BigDecimal exact, double value, int digits) {
    BigDecimal nearest = exact.round(new MathContext(digits, RoundingMode.HALF_EVEN));
    if (nearest.doubleValue() == value) {
      return nearest;
    }
    // At a power of two the doubles below lie closer than those above: only there a decimal a bit
    // too large may read back although the nearest one does not.
    if ((Double.doubleToRawLongBits(value) & FRACTION_BITS) == 0) {
      BigDecimal larger = exact.round(new MathContext(digits, RoundingMode.UP));
      return larger.doubleValue() == value ? larger : null;
    }
    return null;
  }
}
