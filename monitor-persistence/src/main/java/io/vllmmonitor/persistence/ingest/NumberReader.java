package io.vllmmonitor.persistence.ingest;

import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * Reads the numbers of exposition text as Prometheus does: decimal digits with an optional point
 * and exponent, {@code inf} and {@code infinity} with an optional sign, {@code nan} without one,
 * all in any case. What only Java or other readers would take ({@code 1f}, {@code 1d}, {@code
 * 0x1p3}, {@code 1_000}) and what is too large for a double ({@code 1e400}) is refused; what is too
 * small becomes 0. The result is the nearest double, always.
 *
 * <p>Confined to one thread; tells where the last number ended.
 */
final class NumberReader {
  private static final int LONGEST = 1_024;
  private static final int MOST_DIGITS = 18;
  private static final long LARGEST_EXACT = 1L << 53;
  private static final double[] POWERS = {
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22
  };

  private int end;

  /** Where the last number ended: a space, a line end, or the end of the text. */
  int end() {
    return end;
  }

  /**
   * Reads the number that begins here.
   *
   * @param to where the text ends at the latest
   * @throws NumberFormatException when there is no such number
   */
  double read(byte[] text, int from, int to) {
    int at = from;
    boolean negative = at < to && text[at] == '-';
    if (negative || (at < to && text[at] == '+')) {
      at++;
    }
    int first = at;
    long mantissa = 0;
    while (at < to && isDigit(text[at])) {
      mantissa = mantissa * 10 + (text[at++] - '0');
    }
    int digits = at - first;
    int scale = 0;
    if (at < to && text[at] == '.') {
      int point = at++;
      while (at < to && isDigit(text[at])) {
        mantissa = mantissa * 10 + (text[at++] - '0');
      }
      scale = at - point - 1;
      digits += scale;
    }
    if (digits > 0 && digits <= MOST_DIGITS && (at == to || isEnd(text[at]))) {
      end = at;
      double value = nearest(mantissa, -scale);
      if (!Double.isNaN(value)) {
        return negative ? -value : value;
      }
    }
    return readAny(text, from, first, to, negative);
  }

  /** Long numbers, numbers with an exponent, words, and what is no number. */
  private double readAny(byte[] text, int from, int first, int to, boolean negative) {
    int last = first;
    while (last < to && !isEnd(text[last])) {
      last++;
    }
    end = last;
    if (first == last || last - from > LONGEST) {
      throw new NumberFormatException("1 to " + LONGEST + " characters");
    }
    if (isLetter(text[first])) {
      return word(text, from, first, last, negative);
    }
    checkDecimal(text, first, last);
    double value = decimal(text, first, last);
    return negative ? -value : value;
  }

  private static double word(byte[] text, int from, int first, int last, boolean negative) {
    String word =
        new String(text, first, last - first, StandardCharsets.ISO_8859_1).toLowerCase(Locale.ROOT);
    if (word.equals("inf") || word.equals("infinity")) {
      return negative ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
    }
    if (word.equals("nan") && first == from) {
      return Double.NaN;
    }
    throw new NumberFormatException("a decimal number, NaN or Inf");
  }

  /** Digits with an optional point, then an optional exponent; nothing else. */
  private static void checkDecimal(byte[] text, int first, int last) {
    int at = skipDigits(text, first, last);
    int digits = at - first;
    if (at < last && text[at] == '.') {
      int after = skipDigits(text, at + 1, last);
      digits += after - at - 1;
      at = after;
    }
    if (digits == 0) {
      throw new NumberFormatException("a decimal number, NaN or Inf");
    }
    if (at < last && (text[at] == 'e' || text[at] == 'E')) {
      at++;
      if (at < last && (text[at] == '+' || text[at] == '-')) {
        at++;
      }
      int after = skipDigits(text, at, last);
      if (after == at) {
        throw new NumberFormatException("digits after the e");
      }
      at = after;
    }
    if (at < last) {
      throw new NumberFormatException("a decimal number without a suffix");
    }
  }

  private static double decimal(byte[] text, int first, int last) {
    long mantissa = 0;
    int significant = 0;
    int scale = 0;
    boolean point = false;
    int at = first;
    for (; at < last && text[at] != 'e' && text[at] != 'E'; at++) {
      if (text[at] == '.') {
        point = true;
        continue;
      }
      significant += significant > 0 || text[at] != '0' ? 1 : 0;
      scale += point ? 1 : 0;
      mantissa = significant <= MOST_DIGITS ? mantissa * 10 + (text[at] - '0') : mantissa;
    }
    double value =
        significant <= MOST_DIGITS
            ? nearest(mantissa, exponent(text, at, last) - scale)
            : Double.NaN;
    if (Double.isNaN(value)) {
      value =
          Double.parseDouble(new String(text, first, last - first, StandardCharsets.ISO_8859_1));
    }
    if (Double.isInfinite(value)) {
      throw new NumberFormatException("a number below 1.8e308");
    }
    return value;
  }

  /** The checked exponent that begins at its e; 0 where there is none. */
  private static int exponent(byte[] text, int from, int last) {
    if (from == last) {
      return 0;
    }
    boolean negative = text[from + 1] == '-';
    int value = 0;
    for (int at = from + 1; at < last; at++) {
      if (isDigit(text[at])) {
        value = Math.min(value * 10 + (text[at] - '0'), 100_000);
      }
    }
    return negative ? -value : value;
  }

  /**
   * The double nearest to mantissa × 10^exponent, or NaN where the quick ways cannot tell. When
   * both factors are exact doubles, one operation rounds correctly (Clinger, "How to read floating
   * point numbers accurately", 1990); else {@link PowersOfTen} multiplies.
   */
  private static double nearest(long mantissa, int exponent) {
    if (mantissa <= LARGEST_EXACT && exponent > -POWERS.length && exponent < POWERS.length) {
      return exponent < 0 ? mantissa / POWERS[-exponent] : mantissa * POWERS[exponent];
    }
    return PowersOfTen.multiply(mantissa, exponent);
  }

  private static int skipDigits(byte[] text, int from, int to) {
    int at = from;
    while (at < to && isDigit(text[at])) {
      at++;
    }
    return at;
  }

  private static boolean isDigit(byte c) {
    return c >= '0' && c <= '9';
  }

  private static boolean isLetter(byte c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  }

  private static boolean isEnd(byte c) {
    return c == ' ' || c == '\n' || c == '\t' || c == '\r';
  }
}
