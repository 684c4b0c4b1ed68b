package io.vllmmonitor.persistence.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads exposition text as one would in an afternoon: the rival, and the judge of small bodies. */
final class RegexReader {
  private static final Pattern LINE =
      Pattern.compile(
          "([a-zA-Z_:][a-zA-Z0-9_:]*)[ \\t]*(?:\\{(.*)\\})?[ \\t]+([^ \\t]+)(?:[ \\t]+(-?\\d+))?[ \\t]*\\r?");
  private static final Pattern LABEL =
      Pattern.compile(
          "([a-zA-Z_][a-zA-Z0-9_]*)[ \\t]*=[ \\t]*\"((?:[^\"\\\\]|\\\\.)*)\"[ \\t]*,?[ \\t]*");

  record Line(String name, Map<String, String> labels, double value, long at) {}

  private RegexReader() {}

  static List<Line> read(byte[] body, int length) {
    List<Line> lines = new ArrayList<>();
    for (String text : new String(body, 0, length, UTF_8).split("\n")) {
      Matcher line = LINE.matcher(text);
      if (text.startsWith("#") || !line.matches()) {
        continue;
      }
      Map<String, String> labels = new TreeMap<>();
      if (line.group(2) != null) {
        Matcher label = LABEL.matcher(line.group(2));
        while (label.find()) {
          labels.put(
              label.group(1),
              label.group(2).replace("\\n", "\n").replace("\\\"", "\"").replace("\\\\", "\\"));
        }
      }
      String at = line.group(4);
      lines.add(
          new Line(
              line.group(1),
              labels,
              Double.parseDouble(line.group(3).replace("Inf", "Infinity")),
              at == null ? -1 : Long.parseLong(at)));
    }
    return lines;
  }
}
