package io.vllmmonitor.plugin.source.vllm;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import java.nio.charset.StandardCharsets;

/** Says what is wrong with a line of a page, with its number and its beginning. */
final class MalformedLine {
  private static final int LONGEST_EXCERPT = 120;

  private MalformedLine() {}

  static MonitorException at(int line, byte[] page, int from, int to, String expected) {
    return refused(ErrorCode.SCRAPE_MALFORMED_LINE, line, page, from, to, expected);
  }

  static MonitorException refused(
      ErrorCode code, int line, byte[] page, int from, int to, String expected) {
    return new MonitorException(
        code,
        Blame.ENVIRONMENT,
        "/metrics line "
            + line
            + " is '"
            + excerpt(page, from, to)
            + "': expected "
            + expected
            + "; the whole scrape is refused, see what stands between the server and the monitor");
  }

  private static String excerpt(byte[] page, int from, int to) {
    int length = Math.min(to - from, LONGEST_EXCERPT);
    StringBuilder text = new StringBuilder();
    new String(page, from, length, StandardCharsets.UTF_8)
        .codePoints()
        .map(c -> Character.isISOControl(c) ? '?' : c)
        .forEach(text::appendCodePoint);
    return length < to - from ? text + "…" : text.toString();
  }
}
