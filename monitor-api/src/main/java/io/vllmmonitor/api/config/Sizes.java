package io.vllmmonitor.api.config;

import static io.vllmmonitor.api.error.ErrorCode.CONFIG_INVALID_VALUE;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.MonitorException;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads numbers of bytes: {@code 64MiB}, {@code 20GB}, {@code 1048576}. KiB, MiB, GiB and TiB count
 * by 1,024; kB, MB, GB and TB by 1,000; case does not matter.
 */
public final class Sizes {
  private static final Pattern SIZE =
      Pattern.compile("(\\d{1,18})\\s*(b|kb|mb|gb|tb|kib|mib|gib|tib)?");

  private Sizes() {}

  /**
   * @throws MonitorException CONFIG_INVALID_VALUE when the text is no number with a unit, or too
   *     large
   */
  public static long parse(String text) {
    Matcher size = SIZE.matcher(text.trim().toLowerCase(Locale.ROOT));
    if (!size.matches()) {
      throw wrong(text, null);
    }
    String unit = size.group(2) == null ? "b" : size.group(2);
    try {
      return Math.multiplyExact(Long.parseLong(size.group(1)), factor(unit));
    } catch (ArithmeticException e) {
      throw wrong(text, e);
    }
  }

  private static long factor(String unit) {
    long base = unit.length() == 3 ? 1_024 : 1_000;
    return switch (unit.charAt(0)) {
      case 'k' -> base;
      case 'm' -> base * base;
      case 'g' -> base * base * base;
      case 't' -> base * base * base * base;
      default -> 1;
    };
  }

  private static MonitorException wrong(String text, @Nullable Exception cause) {
    return new MonitorException(
        CONFIG_INVALID_VALUE,
        Blame.OPERATOR,
        "'" + text + "' is not a size; write bytes or a number and a unit, such as 64MiB or 20GB",
        cause);
  }
}
