package io.vllmmonitor.acceptance.replay;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads an exposition page in the plainest way: a line at a time, with regular expressions. It
 * shares nothing with the daemon's parser, so that both would have to make the same mistake.
 */
public final class NaivePage {
  private static final Pattern LINE =
      Pattern.compile(
          "([a-zA-Z_:][a-zA-Z0-9_:]*)(\\{((?:[^\"}]|\"(?:[^\"\\\\]|\\\\.)*\")*)\\})?[ \\t]+(\\S+)(?:[ \\t]+.*)?");
  private static final Pattern LABEL =
      Pattern.compile("([a-zA-Z_][a-zA-Z0-9_]*)=\"((?:[^\"\\\\]|\\\\.)*)\"");

  private NaivePage() {}

  /**
   * Every series of the page and its value, under the labels that the daemon stores: those of the
   * page, {@code job} and {@code instance}.
   *
   * @throws IllegalArgumentException for a line that is no sample
   */
  public static Map<NaiveSeries, Double> read(String page, String instance) {
    Map<NaiveSeries, Double> samples = new LinkedHashMap<>();
    for (String line : page.split("\n", -1)) {
      if (line.isBlank() || line.startsWith("#")) {
        continue;
      }
      Matcher matcher = LINE.matcher(line);
      if (!matcher.matches()) {
        throw new IllegalArgumentException("no sample: " + line);
      }
      NaiveSeries series = new NaiveSeries(matcher.group(1), labels(matcher.group(3), instance));
      samples.put(series, number(matcher.group(4)));
    }
    return samples;
  }

  private static Map<String, String> labels(
      @org.jspecify.annotations.Nullable String text, String instance) {
    Map<String, String> labels = new TreeMap<>();
    if (text != null) {
      Matcher label = LABEL.matcher(text);
      while (label.find()) {
        String name = label.group(1);
        boolean clashes = name.equals("job") || name.equals("instance");
        labels.put((clashes ? "exported_" : "") + name, unescape(label.group(2)));
      }
    }
    labels.values().removeIf(String::isEmpty);
    labels.put("job", "vllm");
    labels.put("instance", instance);
    return labels;
  }

  private static String unescape(String text) {
    StringBuilder plain = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\\' && i + 1 < text.length()) {
        char next = text.charAt(++i);
        plain.append(next == 'n' ? '\n' : next);
      } else {
        plain.append(c);
      }
    }
    return plain.toString();
  }

  private static double number(String text) {
    return switch (text) {
      case "+Inf", "Inf" -> Double.POSITIVE_INFINITY;
      case "-Inf" -> Double.NEGATIVE_INFINITY;
      case "NaN" -> Double.NaN;
      default -> Double.parseDouble(text);
    };
  }
}
