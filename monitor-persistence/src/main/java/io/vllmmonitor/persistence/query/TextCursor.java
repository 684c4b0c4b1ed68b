package io.vllmmonitor.persistence.query;

import static io.vllmmonitor.api.error.ErrorCode.QUERY_MALFORMED;
import static io.vllmmonitor.api.error.ErrorCode.QUERY_TOO_LARGE;
import static io.vllmmonitor.api.error.ErrorCode.QUERY_UNSUPPORTED;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.MonitorException;

/**
 * Walks over the text of an expression: blanks, comments, words, signs, numbers, durations.
 * Confined to one parse.
 */
final class TextCursor {
  private static final int LONGEST = 10_000;

  private final String text;
  private int at;

  TextCursor(String text) {
    if (text.length() > LONGEST) {
      throw new MonitorException(
          QUERY_TOO_LARGE,
          Blame.OPERATOR,
          "The expression has " + text.length() + " characters; at most " + LONGEST);
    }
    this.text = text;
  }

  int position() {
    return at;
  }

  void moveTo(int position) {
    at = position;
  }

  /** Over blanks and comments; whether anything is left. */
  boolean skipBlank() {
    while (at < text.length()) {
      char c = text.charAt(at);
      if (c == '#') {
        int end = text.indexOf('\n', at);
        at = end < 0 ? text.length() : end;
      } else if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
        at++;
      } else {
        return true;
      }
    }
    return false;
  }

  /** The character under the cursor, 0 at the end. */
  char peek() {
    return at < text.length() ? text.charAt(at) : 0;
  }

  char peek(int ahead) {
    return at + ahead < text.length() ? text.charAt(at + ahead) : 0;
  }

  boolean looksAt(String sign) {
    return text.startsWith(sign, at);
  }

  boolean take(String sign) {
    if (text.startsWith(sign, at)) {
      at += sign.length();
      return true;
    }
    return false;
  }

  void expect(String sign, String expected) {
    skipBlank();
    if (!take(sign)) {
      throw malformed(expected);
    }
  }

  /** A word from the cursor on, {@code [a-zA-Z_:][a-zA-Z0-9_:]*}; empty when there is none. */
  String word() {
    int start = at;
    if (isWordStart(peek())) {
      while (isWordStart(peek()) || isDigit(peek())) {
        at++;
      }
    }
    return text.substring(start, at);
  }

  /** The word ahead, with the cursor left where it is. */
  String peekWord() {
    int start = at;
    String word = word();
    at = start;
    return word;
  }

  boolean atNumber() {
    return isDigit(peek()) || (peek() == '.' && isDigit(peek(1)));
  }

  /** A number, as Prometheus spells it. */
  double number() {
    int start = at;
    if (peek() == '0' && (peek(1) == 'x' || peek(1) == 'X')) {
      at += 2;
      while (Character.digit(peek(), 16) >= 0 && peek() < 128) {
        at++;
      }
    } else {
      digits();
      if (take(".")) {
        digits();
      }
      if (peek() == 'e' || peek() == 'E') {
        at++;
        if (peek() == '+' || peek() == '-') {
          at++;
        }
        digits();
      }
    }
    if (isWordStart(peek()) || isDigit(peek()) || peek() == '.') {
      throw malformedAt(start, "a number");
    }
    try {
      return Numbers.parse(text.substring(start, at));
    } catch (NumberFormatException e) {
      throw malformedAt(start, "a number that fits into 64 bits");
    }
  }

  /** A duration such as {@code 1h30m}, in ms. */
  long duration() {
    int start = at;
    while (isDigit(peek()) || (peek() >= 'a' && peek() <= 'z')) {
      at++;
    }
    try {
      return PromTime.durationMillis(text.substring(start, at));
    } catch (IllegalArgumentException e) {
      throw malformedAt(start, "a duration such as 5m or 1h30m");
    }
  }

  String quoted() {
    int start = at;
    QuotedText quoted = QuotedText.read(text, at);
    if (quoted.error() != null) {
      throw malformedAt(start, quoted.error());
    }
    at = quoted.end();
    return quoted.value();
  }

  MonitorException malformed(String expected) {
    return malformedAt(at, expected);
  }

  MonitorException malformedAt(int position, String expected) {
    at = position;
    skipBlank();
    String found = at >= text.length() ? "the end" : "'" + excerpt() + "'";
    return new MonitorException(
        QUERY_MALFORMED,
        Blame.OPERATOR,
        "Expression: found " + found + " at position " + at + ", expected " + expected);
  }

  MonitorException wrong(int position, String message) {
    return new MonitorException(
        QUERY_MALFORMED, Blame.OPERATOR, "Expression, at position " + position + ": " + message);
  }

  MonitorException unsupported(int position, String found) {
    return new MonitorException(
        QUERY_UNSUPPORTED,
        Blame.OPERATOR,
        "Expression: found "
            + found
            + " at position "
            + position
            + "; supported are name{label=\"value\"}, the same with [5m], and arithmetic"
            + " (+ - * / % ^) between numbers. Fetch the series and calculate on your side");
  }

  private String excerpt() {
    String word = peekWord();
    if (word.isEmpty()) {
      return text.substring(at, text.offsetByCodePoints(at, 1));
    }
    return word.length() > 40 ? word.substring(0, 40) + "…" : word;
  }

  private void digits() {
    while (isDigit(peek())) {
      at++;
    }
  }

  static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  private static boolean isWordStart(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == ':';
  }
}
