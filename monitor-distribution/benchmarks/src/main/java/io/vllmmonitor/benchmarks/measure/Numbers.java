package io.vllmmonitor.benchmarks.measure;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Numbers for people, three digits long. */
final class Numbers {
  private Numbers() {}

  /** Such as 0.423, 12.3, 931 k or 1.54 M; a dash for null. */
  static String text(@Nullable Double value) {
    if (value == null || value.isNaN()) {
      return "–";
    }
    double size = Math.abs(value);
    if (size >= 999_500) {
      return digits(value / 1e6) + " M";
    }
    return size >= 10_000 ? digits(value / 1e3) + " k" : digits(value);
  }

  private static String digits(double value) {
    double size = Math.abs(value);
    int places = size >= 99.95 || size == 0 ? 0 : size >= 9.995 ? 1 : size >= 0.9995 ? 2 : 3;
    return String.format(Locale.ROOT, "%." + places + "f", value);
  }
}
