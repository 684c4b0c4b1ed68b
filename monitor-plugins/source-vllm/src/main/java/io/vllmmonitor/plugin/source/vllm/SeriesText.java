package io.vllmmonitor.plugin.source.vllm;

import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.sample.Labels;
import io.vllmmonitor.api.sample.SeriesKey;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

/**
 * Reads the series part of one line, {@code name{label="value",…}}, and holds the limits on it.
 * Made for one line.
 */
final class SeriesText {
  private static final int MOST_LABELS = 40;
  private static final int LONGEST_NAME = 256;
  private static final int LONGEST_VALUE = 4 * 1024;

  private final byte[] page;
  private final int from;
  private final int to;
  private final int line;
  private int at;

  SeriesText(byte[] page, int from, int to, int line) {
    this.page = page;
    this.from = from;
    this.to = to;
    this.line = line;
    this.at = from;
  }

  /**
   * Where the series part of a line ends, behind the closing brace where there is one; -1 when the
   * brace is missing. Looks at no more than that.
   */
  static int end(byte[] page, int from, int to) {
    int at = from;
    while (at < to && !isSpace(page[at]) && page[at] != '{') {
      at++;
    }
    int brace = at;
    while (brace < to && isSpace(page[brace])) {
      brace++;
    }
    if (brace >= to || page[brace] != '{') {
      return at;
    }
    boolean quoted = false;
    for (int i = brace + 1; i < to; i++) {
      byte c = page[i];
      if (quoted && c == '\\') {
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

  SeriesKey parse() {
    String name = name(true, "a metric name");
    skipSpace();
    if (at >= to) {
      return SeriesKey.of(name);
    }
    take('{', "'{' or a value");
    Map<String, String> labels = new TreeMap<>();
    skipSpace();
    while (!peek('}')) {
      label(labels);
      skipSpace();
      if (!peek('}')) {
        take(',', "',' or '}'");
        skipSpace();
      }
    }
    at++;
    return new SeriesKey(name, Labels.of(labels));
  }

  private void label(Map<String, String> into) {
    String label = name(false, "a label name");
    skipSpace();
    take('=', "'=' after the label name");
    skipSpace();
    take('"', "a value in double quotes");
    String value = quoted();
    if (label.equals("__name__")) {
      throw wrong("no label called __name__");
    }
    if (into.put(label, value) != null) {
      throw wrong("each label once, found '" + label + "' twice");
    }
    if (into.size() > MOST_LABELS) {
      throw over(ErrorCode.SCRAPE_TOO_MANY_LABELS, "at most " + MOST_LABELS + " labels");
    }
  }

  private String quoted() {
    int start = at;
    boolean escapes = false;
    while (at < to && page[at] != '"') {
      escapes |= page[at] == '\\';
      at += page[at] == '\\' ? 2 : 1;
    }
    if (at >= to) {
      throw wrong("the closing quote of a label value");
    }
    if (at - start > 2 * LONGEST_VALUE) {
      throw tooLongValue();
    }
    byte[] value = escapes ? unescaped(start, at) : java.util.Arrays.copyOfRange(page, start, at);
    at++;
    if (value.length > LONGEST_VALUE) {
      throw tooLongValue();
    }
    return utf8(value);
  }

  private byte[] unescaped(int start, int end) {
    ByteArrayOutputStream value = new ByteArrayOutputStream(end - start);
    for (int i = start; i < end; i++) {
      byte c = page[i];
      if (c == '\\') {
        c =
            switch (page[++i]) {
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

  private String utf8(byte[] value) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(value)).toString();
    } catch (CharacterCodingException e) {
      throw wrong("label values in UTF-8");
    }
  }

  private String name(boolean colons, String what) {
    int start = at;
    while (at < to && isNamePart(page[at], colons, at > start)) {
      at++;
    }
    if (at == start) {
      throw wrong(what);
    }
    if (at - start > LONGEST_NAME) {
      throw over(ErrorCode.SCRAPE_NAME_TOO_LONG, "names of at most " + LONGEST_NAME + " bytes");
    }
    return new String(page, start, at - start, StandardCharsets.ISO_8859_1);
  }

  private static boolean isNamePart(byte c, boolean colons, boolean digits) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || c == '_'
        || (colons && c == ':')
        || (digits && c >= '0' && c <= '9');
  }

  private void skipSpace() {
    while (at < to && isSpace(page[at])) {
      at++;
    }
  }

  private boolean peek(char wanted) {
    if (at >= to) {
      throw wrong("'}'");
    }
    return page[at] == wanted;
  }

  private void take(char wanted, String what) {
    if (at >= to || page[at] != wanted) {
      throw wrong(what);
    }
    at++;
  }

  private MonitorException tooLongValue() {
    return over(
        ErrorCode.SCRAPE_VALUE_TOO_LONG, "label values of at most " + LONGEST_VALUE + " bytes");
  }

  private MonitorException over(ErrorCode code, String limit) {
    return MalformedLine.refused(code, line, page, from, to, limit);
  }

  private MonitorException wrong(String expected) {
    return MalformedLine.at(line, page, from, to, expected);
  }
}
