package io.vllmmonitor.persistence.ingest;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import java.nio.charset.StandardCharsets;

/** Says what is wrong with a line of a body, with its number and its beginning. */
final class BadLine {
  private static final int LONGEST_EXCERPT = 120;

  private BadLine() {}

  /**
   * @param from where the line begins
   * @param to the end of the body
   */
  static MonitorException malformed(byte[] body, int from, int to, String expected) {
    return refused(ErrorCode.INGEST_MALFORMED_LINE, body, from, to, expected);
  }

  static MonitorException overLimit(byte[] body, int from, int to, String expected) {
    return refused(ErrorCode.INGEST_LIMIT, body, from, to, expected);
  }

  private static MonitorException refused(
      ErrorCode code, byte[] body, int from, int to, String expected) {
    return new MonitorException(
        code,
        Blame.OPERATOR,
        "Line "
            + lineNumber(body, from)
            + " is '"
            + excerpt(body, from, to)
            + "': expected "
            + expected
            + "; nothing of the body was stored, mend the line and send all of it again");
  }

  /** Counted when something is wrong, so that good bodies do not pay for it. */
  private static int lineNumber(byte[] body, int at) {
    int line = 1;
    for (int i = 0; i < at; i++) {
      line += body[i] == '\n' ? 1 : 0;
    }
    return line;
  }

  private static String excerpt(byte[] body, int from, int to) {
    int end = from;
    while (end < to && body[end] != '\n') {
      end++;
    }
    int length = Math.min(end - from, LONGEST_EXCERPT);
    StringBuilder text = new StringBuilder();
    new String(body, from, length, StandardCharsets.UTF_8)
        .codePoints()
        .map(c -> Character.isISOControl(c) ? '?' : c)
        .forEach(text::appendCodePoint);
    return length < end - from ? text + "…" : text.toString();
  }
}
