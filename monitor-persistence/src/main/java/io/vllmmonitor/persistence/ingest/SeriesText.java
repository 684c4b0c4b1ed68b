package io.vllmmonitor.persistence.ingest;

import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.sample.SeriesKey;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;

/**
 * Reads the series part of one line, {@code name{label="value",…}}, letter by letter, and holds the
 * limits on it. Made for one line.
 */
final class SeriesText {
  private final byte[] body;
  private final int from;
  private final int to;
  private final PushedSeries series;
  private int at;

  /**
   * @param from where the line begins
   * @param to where its series part ends
   */
  SeriesText(byte[] body, int from, int to, PushDefaults defaults) {
    this.body = body;
    this.from = from;
    this.to = to;
    this.at = from;
    this.series = new PushedSeries(defaults);
  }

  /**
   * Where the series part of a line ends, behind the closing brace where there is one; -1 when the
   * brace is missing.
   */
  static int end(byte[] body, int from, int to) {
    int at = from;
    while (at < to && !isSpace(body[at]) && body[at] != '{' && body[at] != '\n') {
      at++;
    }
    int brace = at;
    while (brace < to && isSpace(body[brace])) {
      brace++;
    }
    if (brace >= to || body[brace] != '{') {
      return at;
    }
    boolean quoted = false;
    for (int i = brace + 1; i < to && body[i] != '\n'; i++) {
      byte c = body[i];
      if (quoted && c == '\\' && i + 1 < to && body[i + 1] != '\n') {
        i++;
      } else if (c == '"') {
        quoted = !quoted;
      } else if (c == '}' && !quoted) {
        return i + 1;
      }
    }
    return -1;
  }

  static boolean isSpace(byte c) {
    return c == ' ' || c == '\t';
  }

  /**
   * @throws MonitorException INGEST_MALFORMED_LINE or INGEST_LIMIT
   */
  SeriesKey parse() {
    try {
      series.name(name(true, "a metric name"));
      skipSpace();
      if (at < to) {
        labels();
      }
      return series.key();
    } catch (PushedSeries.OverLimit e) {
      throw BadLine.overLimit(body, from, to, e.getMessage());
    } catch (PushedSeries.Invalid e) {
      throw wrong(e.getMessage());
    }
  }

  private void labels() {
    take('{', "'{' or a value");
    skipSpace();
    while (!isNext('}')) {
      byte[] label = name(false, "a label name");
      skipSpace();
      take('=', "'=' after the label name");
      skipSpace();
      take('"', "a value in double quotes");
      series.label(label, quoted());
      skipSpace();
      if (!isNext('}')) {
        take(',', "',' or '}'");
        skipSpace();
      }
    }
    at++;
  }

  private byte[] quoted() {
    int start = at;
    boolean escapes = false;
    while (at < to && body[at] != '"') {
      escapes |= body[at] == '\\';
      at += body[at] == '\\' ? 2 : 1;
    }
    if (at >= to) {
      throw wrong("the closing quote of a label value");
    }
    byte[] value = escapes ? unescaped(start, at) : Arrays.copyOfRange(body, start, at);
    at++;
    return value;
  }

  private byte[] unescaped(int start, int end) {
    ByteArrayOutputStream value = new ByteArrayOutputStream(end - start);
    for (int i = start; i < end; i++) {
      byte c = body[i];
      if (c == '\\') {
        c =
            switch (body[++i]) {
              case '\\' -> '\\';
              case '"' -> '"';
              case 'n' -> '\n';
              default -> throw wrong("\\\\, \\\" or \\n after a backslash");
            };
      }
      value.write(c);
    }
    return value.toByteArray();
  }

  private byte[] name(boolean colons, String what) {
    int start = at;
    while (at < to && PushedSeries.isNamePart(body[at], colons, at > start)) {
      at++;
    }
    if (at == start) {
      throw wrong(what);
    }
    return Arrays.copyOfRange(body, start, at);
  }

  private void skipSpace() {
    while (at < to && isSpace(body[at])) {
      at++;
    }
  }

  private boolean isNext(char wanted) {
    if (at >= to) {
      throw wrong("'}'");
    }
    return body[at] == wanted;
  }

  private void take(char wanted, String what) {
    if (at >= to || body[at] != wanted) {
      throw wrong(what);
    }
    at++;
  }

  private MonitorException wrong(String expected) {
    return BadLine.malformed(body, from, to, expected);
  }
}
