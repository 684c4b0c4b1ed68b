package io.vllmmonitor.plugin.source.vllm;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads a well-formed page with regular expressions: slow, and nothing in common with ours. */
final class NaiveReader {
  private static final Pattern LINE =
      Pattern.compile("^([a-zA-Z_:][a-zA-Z0-9_:]*)(\\{(.*)\\})? (\\S+)( # .*)?$");
  private static final Pattern LABEL =
      Pattern.compile("([a-zA-Z_]\\w*)=\"((?:[^\"\\\\]|\\\\.)*)\",?");

  private NaiveReader() {}

  /** Each sample as {@code name{labels sorted by name} bits}. */
  static List<String> read(String page) {
    List<String> samples = new ArrayList<>();
    for (String line : page.split("\n")) {
      if (line.isEmpty() || line.startsWith("#")) {
        continue;
      }
      Matcher sample = LINE.matcher(line);
      if (!sample.matches()) {
        throw new IllegalArgumentException(line);
      }
      TreeMap<String, String> labels = new TreeMap<>();
      if (sample.group(3) != null) {
        Matcher label = LABEL.matcher(sample.group(3));
        while (label.find()) {
          labels.put(label.group(1), unescaped(label.group(2)));
        }
      }
      labels.values().removeIf(String::isEmpty);
      samples.add(sample.group(1) + labels + " " + bits(sample.group(4)));
    }
    return samples;
  }

  private static String unescaped(String value) {
    return value
        .replace("\\\\", "\0")
        .replace("\\n", "\n")
        .replace("\\\"", "\"")
        .replace("\0", "\\");
  }

  private static String bits(String number) {
    double value = number.equals("+Inf") ? Double.POSITIVE_INFINITY : Double.parseDouble(number);
    return Long.toHexString(Double.doubleToRawLongBits(value));
  }
}
