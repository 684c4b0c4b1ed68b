package io.vllmmonitor.persistence.query;

/**
 * Writes numbers as Prometheus, which is as Go, prints them: the shortest decimal that reads back
 * to the same bits; {@code NaN}, {@code +Inf}, {@code -Inf}. Used by one thread.
 */
final class DecimalText {
  private static final double LARGEST_EXACT_LONG = 9.007199254740992E15; // 2^53
  private static final double SMALLEST_PLAIN = 1e-6;
  private static final double LARGEST_PLAIN = 1e21;

  private final AnswerBuffer into;
  private final ShortestDecimal decimal = new ShortestDecimal();

  DecimalText(AnswerBuffer into) {
    this.into = into;
  }

  /** A single number: never with an exponent. */
  void plain(double value) {
    if (!special(value)) {
      decimal.find(Math.abs(value));
      plain();
    }
  }

  /**
   * The value of a series: very small and very large ones have an exponent of at least two digits,
   * such as {@code 1e-07}.
   */
  void sample(double value) {
    if (special(value)) {
      return;
    }
    double size = Math.abs(value);
    decimal.find(size);
    if (size >= SMALLEST_PLAIN && size < LARGEST_PLAIN) {
      plain();
    } else {
      withExponent();
    }
  }

  /**
   * Writes what has no digits, and whole numbers that need no search; of all others the sign.
   *
   * @return whether nothing more is to be written
   */
  private boolean special(double value) {
    if (Double.isNaN(value)) {
      into.ascii("NaN");
      return true;
    }
    if (Double.isInfinite(value)) {
      into.ascii(value > 0 ? "+Inf" : "-Inf");
      return true;
    }
    if (Double.doubleToRawLongBits(value) < 0) {
      into.put('-');
    }
    double size = Math.abs(value);
    if (size < LARGEST_EXACT_LONG && size == (long) size) {
      into.number((long) size);
      return true;
    }
    return false;
  }

  private void plain() {
    long digits = decimal.digits;
    int exponent = decimal.exponent;
    int count = AnswerBuffer.digitsOf(digits);
    int before = count + exponent; // digits before the point
    if (exponent >= 0) {
      into.digits(digits, count);
      into.zeros(exponent);
    } else if (before > 0) {
      long power = AnswerBuffer.power(-exponent);
      long whole = digits / power;
      into.digits(whole, before);
      into.put('.');
      into.digits(digits - whole * power, -exponent);
    } else {
      into.ascii("0.");
      into.zeros(-before);
      into.digits(digits, count);
    }
  }

  private void withExponent() {
    long digits = decimal.digits;
    int count = AnswerBuffer.digitsOf(digits);
    long power = AnswerBuffer.power(count - 1);
    long first = digits / power;
    into.digits(first, 1);
    if (count > 1) {
      into.put('.');
      into.digits(digits - first * power, count - 1);
    }
    int exponent = decimal.exponent + count - 1;
    into.ascii(exponent < 0 ? "e-" : "e+");
    into.digits(Math.abs(exponent), Math.abs(exponent) < 100 ? 2 : 3);
  }
}
