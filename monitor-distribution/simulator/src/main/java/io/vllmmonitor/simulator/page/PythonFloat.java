package io.vllmmonitor.simulator.page;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;

/**
 * Numbers as the Python Prometheus client prints them: the shortest digits that read back as the
 * same double, in Go's style of exponent from seven integer digits on, always with two digits after
 * {@code e+} or a zero in front of three.
 */
final class PythonFloat {
  private PythonFloat() {}

  static String format(double value) {
    if (Double.isNaN(value)) {
      return "NaN";
    }
    if (Double.isInfinite(value)) {
      return value > 0 ? "+Inf" : "-Inf";
    }
    if (value == 0) {
      return 1 / value < 0 ? "-0.0" : "0.0";
    }
    String repr = repr(value);
    int dot = repr.indexOf('.');
    if (value > 0 && dot > 6) {
      String digits = repr.charAt(0) + "." + repr.substring(1, dot) + repr.substring(dot + 1);
      int end = digits.length();
      while (end > 0 && (digits.charAt(end - 1) == '0' || digits.charAt(end - 1) == '.')) {
        end--;
      }
      return digits.substring(0, end) + "e+0" + (dot - 1);
    }
    return repr;
  }

  /** Python's repr of a finite double that is not zero. */
  private static String repr(double value) {
    if (value == Math.rint(value) && Math.abs(value) < 1e15) {
      return (long) value + ".0";
    }
    BigDecimal shortest = shortest(value);
    int exponent = shortest.precision() - shortest.scale() - 1;
    if (exponent >= -4 && exponent < 16) {
      String plain = shortest.toPlainString();
      return plain.indexOf('.') < 0 ? plain + ".0" : plain;
    }
    String digits = shortest.unscaledValue().abs().toString();
    String mantissa = digits.length() == 1 ? digits : digits.charAt(0) + "." + digits.substring(1);
    String sign = value < 0 ? "-" : "";
    String size =
        Math.abs(exponent) < 10 ? "0" + Math.abs(exponent) : Integer.toString(Math.abs(exponent));
    return sign + mantissa + "e" + (exponent < 0 ? "-" : "+") + size;
  }

  private static BigDecimal shortest(double value) {
    BigDecimal exact = new BigDecimal(value);
    for (int digits = 15; digits < 17; digits++) {
      BigDecimal rounded = exact.round(new MathContext(digits, RoundingMode.HALF_EVEN));
      if (rounded.doubleValue() == value) {
        return rounded.stripTrailingZeros();
      }
    }
    return exact.round(new MathContext(17, RoundingMode.HALF_EVEN)).stripTrailingZeros();
  }
}
