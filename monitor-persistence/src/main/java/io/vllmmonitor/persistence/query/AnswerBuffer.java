package io.vllmmonitor.persistence.query;

import static io.vllmmonitor.api.error.ErrorCode.QUERY_TOO_LARGE;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.MonitorException;
import java.util.Arrays;

/**
 * An answer in the making: JSON as bytes in memory, which grows up to a limit, so that an answer
 * that is too large becomes an error before anything was sent. {@link PromJson} writes into it.
 * Used by one thread.
 */
public final class AnswerBuffer {
  private static final int FIRST_ROOM = 4096;
  private static final byte[] HEX = {
    '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F'
  };
  private static final int REPLACEMENT = 0xfffd;
  private static final int EIGHT = 8;
  private static final int EIGHT_DIGITS = 100_000_000;
  private static final long[] POWERS = new long[19];

  static {
    long power = 1;
    for (int i = 0; i < POWERS.length; i++) {
      POWERS[i] = power;
      power *= 10;
    }
  }

  private final int limit;
  private final DecimalText decimals = new DecimalText(this);
  private byte[] bytes;
  private int size;

  /**
   * @param limit in bytes
   */
  AnswerBuffer(int limit) {
    this.limit = limit;
    this.bytes = new byte[Math.min(FIRST_ROOM, limit)];
  }

  /** A copy of what was written. */
  byte[] toBytes() {
    return Arrays.copyOf(bytes, size);
  }

  private void room(int more) {
    if (more > bytes.length - size) {
      grow(more);
    }
  }

  private void grow(int more) {
    long least = (long) size + more;
    if (least > limit) {
      throw new MonitorException(
          QUERY_TOO_LARGE,
          Blame.OPERATOR,
          "The answer is larger than "
              + limit
              + " bytes; ask for a shorter time, fewer series or a larger step");
    }
    bytes = Arrays.copyOf(bytes, (int) Math.min(limit, Math.max(least, 2L * bytes.length)));
  }

  /** Makes room for about so many bytes more, so that it need not grow step by step. */
  void expect(long more) {
    long wanted = Math.min(limit, size + more);
    if (wanted > bytes.length) {
      bytes = Arrays.copyOf(bytes, (int) wanted);
    }
  }

  /** One byte as it is. */
  AnswerBuffer put(char ascii) {
    room(1);
    bytes[size++] = (byte) ascii;
    return this;
  }

  /** Characters as they are, all of them ASCII. */
  AnswerBuffer ascii(String text) {
    int length = text.length();
    room(length);
    for (int i = 0; i < length; i++) {
      bytes[size + i] = (byte) text.charAt(i);
    }
    size += length;
    return this;
  }

  /** Zeros. */
  void zeros(int count) {
    room(count);
    Arrays.fill(bytes, size, size + count, (byte) '0');
    size += count;
  }

  /** A whole number in decimals. */
  AnswerBuffer number(long number) {
    if (number < 0) {
      return ascii(Long.toString(number));
    }
    digits(number, digitsOf(number));
    return this;
  }

  /** How many digits a number has that is not negative. */
  static int digitsOf(long number) {
    int bits = Long.SIZE - Long.numberOfLeadingZeros(number | 1);
    int least = (bits * 1233) >> 12; // 1233 / 4096 is the logarithm of 2 to the base 10
    return number >= power(least) ? least + 1 : Math.max(1, least);
  }

  /** Ten to a power up to 18. */
  static long power(int exponent) {
    return POWERS[exponent];
  }

  /** A number that is not negative with leading zeros, or without its leading digits. */
  void digits(long number, int count) {
    room(count);
    int at = size + count;
    int rest = count;
    long left = number;
    while (rest > EIGHT) { // divisions of an int are faster
      long less = left / EIGHT_DIGITS;
      ints((int) (left - less * EIGHT_DIGITS), EIGHT, at);
      left = less;
      at -= EIGHT;
      rest -= EIGHT;
    }
    ints((int) left, rest, at);
    size += count;
  }

  /** Writes digits from the last one, which stands before a place. */
  private void ints(int number, int count, int end) {
    int left = number;
    for (int at = end - 1; at >= end - count; at--) {
      int less = left / 10;
      bytes[at] = (byte) ('0' + (left - less * 10));
      left = less;
    }
  }

  /** The value of a sample as a JSON text, as Prometheus writes it. */
  AnswerBuffer sample(double value) {
    put('"');
    decimals.sample(value);
    return put('"');
  }

  /** A single number as a JSON text, as Prometheus writes it. */
  AnswerBuffer scalar(double value) {
    put('"');
    decimals.plain(value);
    return put('"');
  }

  /** A JSON text with its quotes. Halves of surrogate pairs, which are no text, are replaced. */
  AnswerBuffer text(String text) {
    int length = text.length();
    room(length + 2);
    bytes[size++] = '"';
    byte[] to = bytes;
    int at = size;
    int plain = 0;
    while (plain < length && isPlain(text.charAt(plain))) {
      to[at++] = (byte) text.charAt(plain++);
    }
    size = at;
    rest(text, plain);
    return put('"');
  }

  private static boolean isPlain(char character) {
    return character >= ' ' && character < 0x7f && character != '"' && character != '\\';
  }

  private void rest(String text, int from) {
    for (int i = from; i < text.length(); i++) {
      char character = text.charAt(i);
      if (isPlain(character)) {
        put(character);
      } else if (character < 0x80) {
        escaped(character);
      } else {
        int point = text.codePointAt(i);
        i += Character.charCount(point) - 1;
        boolean isHalf = point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE;
        encoded(isHalf ? REPLACEMENT : point);
      }
    }
  }

  private void escaped(char character) {
    switch (character) {
      case '"' -> ascii("\\\"");
      case '\\' -> ascii("\\\\");
      case '\b' -> ascii("\\b");
      case '\t' -> ascii("\\t");
      case '\n' -> ascii("\\n");
      case '\f' -> ascii("\\f");
      case '\r' -> ascii("\\r");
      case 0x7f -> put(character);
      default -> {
        ascii("\\u00");
        room(2);
        bytes[size++] = HEX[character >> 4];
        bytes[size++] = HEX[character & 0xf];
      }
    }
  }

  private void encoded(int point) {
    room(4);
    if (point < 0x800) {
      bytes[size++] = (byte) (0xc0 | point >> 6);
    } else {
      if (point < 0x10000) {
        bytes[size++] = (byte) (0xe0 | point >> 12);
      } else {
        bytes[size++] = (byte) (0xf0 | point >> 18);
        bytes[size++] = (byte) (0x80 | (point >> 12 & 0x3f));
      }
      bytes[size++] = (byte) (0x80 | (point >> 6 & 0x3f));
    }
    bytes[size++] = (byte) (0x80 | (point & 0x3f));
  }
}
