package io.vllmmonitor.persistence.query;

/**
 * Numbers as Prometheus reads and calculates them, which is as Go does; {@link DecimalText} prints
 * them. Stateless.
 */
final class Numbers {
  private Numbers() {}

  /**
   * Reads what the lexer accepts: decimal, {@code 0x1f}, and, as Go's integers, octal with a
   * leading zero.
   *
   * @throws NumberFormatException when it does not fit
   */
  static double parse(String text) {
    if (text.startsWith("0x") || text.startsWith("0X")) {
      return Long.parseLong(text.substring(2), 16);
    }
    if (text.length() > 1
        && text.startsWith("0")
        && text.chars().allMatch(c -> c >= '0' && c <= '7')) {
      try {
        return Long.parseLong(text, 8);
      } catch (NumberFormatException e) {
        return finite(Double.parseDouble(text)); // beyond 64 bits Go falls back to decimal
      }
    }
    return finite(Double.parseDouble(text));
  }

  private static double finite(double value) {
    if (Double.isInfinite(value)) {
      throw new NumberFormatException("beyond a double's range");
    }
    return value;
  }

  /** {@code x ^ y} as Go calculates it; Java disagrees where the base is 1 or −1. */
  static double power(double x, double y) {
    if (x == 1 || (x == -1 && Double.isInfinite(y))) {
      return 1;
    }
    return Math.pow(x, y);
  }
}
