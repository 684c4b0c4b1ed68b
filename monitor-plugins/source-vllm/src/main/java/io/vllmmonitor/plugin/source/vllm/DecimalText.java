package io.vllmmonitor.plugin.source.vllm;

import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * Reads the numbers of an exposition page as Prometheus does: decimal digits with an optional point
 * and exponent (leading zeros allowed, {@code 2.3e+010}), {@code inf} and {@code infinity} with an
 * optional sign and {@code nan} without one, all in any case. What only Java or newer Go would take
 * ({@code 1f}, {@code 1d}, {@code 0x1p3}, {@code 1_000}) and what overflows is refused.
 */
final class DecimalText {
  private static final int LONGEST = 1_024;
  private static final long LARGEST_EXACT = 1L << 53;
  private static final int MOST_DIGITS = 18;
  private static final double[] POWERS = {
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22
  };

  private DecimalText() {}

  /**
   * @throws NumberFormatException when the bytes are not such a number
   */
  static double parse(byte[] text, int from, int to) {
    if (from >= to || to - from > LONGEST) {
      throw new NumberFormatException("a number has 1 to " + LONGEST + " characters");
    }
    int at = from;
    boolean negative = text[at] == '-';
    if (negative || text[at] == '+') {
      at++;
    }
    if (at < to && isLetter(text[at])) {
      return special(text, from, at, to, negative);
    }
    return decimal(text, from, at, to, negative);
  }

  private static double special(byte[] text, int from, int at, int to, boolean negative) {
    String word =
        new String(text, at, to - at, StandardCharsets.ISO_8859_1).toLowerCase(Locale.ROOT);
    if (word.equals("inf") || word.equals("infinity")) {
      return negative ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
    }
    if (word.equals("nan") && at == from) {
      return Double.NaN;
    }
    throw new NumberFormatException("not a number");
  }

  private static double decimal(byte[] text, int from, int start, int to, boolean negative) {
    long mantissa = 0;
    int digits = 0;
    int significant = 0;
    int scale = 0;
    boolean point = false;
    int at = start;
    for (; at < to; at++) {
      byte c = text[at];
      if (c >= '0' && c <= '9') {
        digits++;
        scale += point ? 1 : 0;
        significant += significant > 0 || c != '0' ? 1 : 0;
        mantissa = significant <= MOST_DIGITS ? mantissa * 10 + (c - '0') : mantissa;
      } else if (c == '.' && !point) {
        point = true;
      } else {
        break;
      }
    }
    if (digits == 0) {
      throw new NumberFormatException("no digits");
    }
    int exponent = at < to ? exponent(text, at, to) : 0;
    double fast = significant <= MOST_DIGITS ? exact(mantissa, exponent - scale) : Double.NaN;
    if (!Double.isNaN(fast)) {
      return negative ? -fast : fast;
    }
    double slow =
        Double.parseDouble(new String(text, from, to - from, StandardCharsets.ISO_8859_1));
    if (Double.isInfinite(slow)) {
      throw new NumberFormatException("out of range");
    }
    return slow;
  }

  /** The exponent's value, or a huge one: then only its sign matters to the slow way. */
  private static int exponent(byte[] text, int from, int to) {
    if (text[from] != 'e' && text[from] != 'E') {
      throw new NumberFormatException("unexpected character");
    }
    int at = from + 1;
    boolean negative = at < to && text[at] == '-';
    if (at < to && (negative || text[at] == '+')) {
      at++;
    }
    if (at >= to) {
      throw new NumberFormatException("no exponent");
    }
    int value = 0;
    for (; at < to; at++) {
      if (text[at] < '0' || text[at] > '9') {
        throw new NumberFormatException("unexpected character");
      }
      value = Math.min(value * 10 + (text[at] - '0'), 100_000);
    }
    return negative ? -value : value;
  }

  /** Both factors are exact, so one operation rounds correctly; NaN where that does not hold. */
  private static double exact(long mantissa, int exponent) {
    if (mantissa > LARGEST_EXACT || Math.abs(exponent) >= POWERS.length) {
      return Double.NaN;
    }
    return exponent < 0 ? mantissa / POWERS[-exponent] : mantissa * POWERS[exponent];
  }

  private static boolean isLetter(byte c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  }
}
