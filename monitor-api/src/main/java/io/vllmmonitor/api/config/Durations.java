package io.vllmmonitor.api.config;

import static io.vllmmonitor.api.error.ErrorCode.CONFIG_INVALID_VALUE;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.MonitorException;
import java.time.Duration;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads and prints durations the way Prometheus does: {@code 250ms}, {@code 5s}, {@code 1m30s},
 * {@code 2h}, {@code 30d}.
 */
public final class Durations {
  private static final Pattern WHOLE = Pattern.compile("(\\d{1,12}(ms|s|m|h|d|w|y))+");
  private static final Pattern PART = Pattern.compile("(\\d{1,12})(ms|s|m|h|d|w|y)");

  private Durations() {}

  /**
   * @throws MonitorException CONFIG_INVALID_VALUE when the text is not a sequence of number and
   *     unit
   */
  public static Duration parse(String text) {
    String trimmed = text.trim().toLowerCase(Locale.ROOT);
    if (trimmed.equals("0")) {
      return Duration.ZERO;
    }
    if (!WHOLE.matcher(trimmed).matches()) {
      throw new MonitorException(
          CONFIG_INVALID_VALUE,
          Blame.OPERATOR,
          "'"
              + text
              + "' is not a duration; write a number and a unit, such as 250ms, 5s, 1m30s, 2h or 30d");
    }
    Duration total = Duration.ZERO;
    Matcher part = PART.matcher(trimmed);
    while (part.find()) {
      total = total.plus(unit(part.group(2)).multipliedBy(Long.parseLong(part.group(1))));
    }
    return total;
  }

  /**
   * The shortest text that {@link #parse} reads back to the same duration, down to milliseconds.
   */
  public static String print(Duration duration) {
    long millis = duration.toMillis();
    if (millis == 0) {
      return "0s";
    }
    StringBuilder text = new StringBuilder();
    long rest = append(text, millis, 86_400_000L, "d");
    rest = append(text, rest, 3_600_000L, "h");
    rest = append(text, rest, 60_000L, "m");
    rest = append(text, rest, 1_000L, "s");
    append(text, rest, 1L, "ms");
    return text.toString();
  }

  private static long append(StringBuilder text, long millis, long unitMillis, String unit) {
    if (millis >= unitMillis) {
      text.append(millis / unitMillis).append(unit);
    }
    return millis % unitMillis;
  }

  private static Duration unit(String name) {
    return switch (name) {
      case "ms" -> Duration.ofMillis(1);
      case "s" -> Duration.ofSeconds(1);
      case "m" -> Duration.ofMinutes(1);
      case "h" -> Duration.ofHours(1);
      case "d" -> Duration.ofDays(1);
      case "w" -> Duration.ofDays(7);
      case "y" -> Duration.ofDays(365);
      default -> throw new IllegalStateException("unit " + name);
    };
  }
}
