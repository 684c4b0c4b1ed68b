package io.vllmmonitor.persistence.query;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * One quoted text as Go writes them: in double or single quotes with escapes, or raw in backticks.
 *
 * @param end position after the closing quote
 * @param error what was expected instead, or null
 */
record QuotedText(String value, int end, @Nullable String error) {

  /** Reads the text whose opening quote is at this position. */
  static QuotedText read(String text, int position) {
    char quote = position < text.length() ? text.charAt(position) : 0;
    if (quote == '`') {
      int end = text.indexOf('`', position + 1);
      return end < 0
          ? wrong("a text with a closing quote")
          : of(text.substring(position + 1, end), end + 1);
    }
    if (quote != '"' && quote != '\'') {
      return wrong("a quoted text");
    }
    return new Reader(text, position + 1, quote).read();
  }

  private static QuotedText of(String value, int end) {
    return new QuotedText(value, end, null);
  }

  private static QuotedText wrong(String expected) {
    return new QuotedText("", 0, expected);
  }

  /** Collects bytes, because escapes may name single bytes of a UTF-8 character. */
  private static final class Reader {
    private static final String ESCAPES = "a known escape after the backslash";

    private final String text;
    private final char quote;
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private int at;

    Reader(String text, int start, char quote) {
      this.text = text;
      this.at = start;
      this.quote = quote;
    }

    QuotedText read() {
      while (at < text.length() && text.charAt(at) != '\n') {
        int c = text.codePointAt(at);
        at += Character.charCount(c);
        if (c == quote) {
          return finish();
        }
        if (c != '\\') {
          put(c);
        } else if (!escape()) {
          return wrong(ESCAPES);
        }
      }
      return wrong("a text with a closing quote");
    }

    private QuotedText finish() {
      try {
        String value =
            StandardCharsets.UTF_8
                .newDecoder()
                .decode(ByteBuffer.wrap(bytes.toByteArray()))
                .toString();
        return of(value, at);
      } catch (CharacterCodingException e) {
        return wrong("a text in valid UTF-8");
      }
    }

    private boolean escape() {
      char c = at < text.length() ? text.charAt(at++) : 0;
      return switch (c) {
        case 'a' -> put(7);
        case 'b' -> put('\b');
        case 'f' -> put('\f');
        case 'n' -> put('\n');
        case 'r' -> put('\r');
        case 't' -> put('\t');
        case 'v' -> put(11);
        case '\\' -> put('\\');
        case '"', '\'' -> c == quote && put(c);
        case 'x' -> putByte(digits(2, 16));
        case 'u' -> putCodePoint(digits(4, 16));
        case 'U' -> putCodePoint(digits(8, 16));
        case '0', '1', '2', '3', '4', '5', '6', '7' -> {
          at--;
          yield putByte(digits(3, 8));
        }
        default -> false;
      };
    }

    /** So many digits, or −1 when they are not there. */
    private long digits(int count, int radix) {
      long value = 0;
      for (int i = 0; i < count; i++) {
        char c = at < text.length() ? text.charAt(at++) : 0;
        int digit = c < 128 ? Character.digit(c, radix) : -1;
        if (digit < 0) {
          return -1;
        }
        value = value * radix + digit;
      }
      return value;
    }

    private boolean putByte(long value) {
      if (value < 0 || value > 0xff) {
        return false;
      }
      bytes.write((int) value);
      return true;
    }

    private boolean putCodePoint(long value) {
      boolean surrogate = value >= Character.MIN_SURROGATE && value <= Character.MAX_SURROGATE;
      return value >= 0 && value <= Character.MAX_CODE_POINT && !surrogate && put((int) value);
    }

    private boolean put(int codePoint) {
      bytes.writeBytes(Character.toString(codePoint).getBytes(StandardCharsets.UTF_8));
      return true;
    }
  }
}
