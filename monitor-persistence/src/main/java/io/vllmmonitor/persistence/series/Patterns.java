package io.vllmmonitor.persistence.series;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.api.sample.SeriesSelector;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Selectors as predicates; their patterns are RE2's, which take no more than linear time. */
final class Patterns {
  private static final int LONGEST_PATTERN = 1_000;

  private Patterns() {}

  /**
   * @throws MonitorException SELECTOR_MALFORMED for a pattern that RE2 does not know
   */
  static Predicate<SeriesKey> compile(SeriesSelector selector) {
    return selector.compile(Patterns::pattern);
  }

  private static Predicate<String> pattern(String text) {
    if (text.length() > LONGEST_PATTERN) {
      throw malformed("is longer than " + LONGEST_PATTERN + " characters", text, null);
    }
    try {
      return Pattern.compile(text)::matches;
    } catch (PatternSyntaxException e) {
      throw malformed("is malformed: " + e.getDescription(), text, e);
    }
  }

  private static MonitorException malformed(String found, String text, @Nullable Throwable cause) {
    String start = text.substring(0, Math.min(text.length(), 100));
    return new MonitorException(
        ErrorCode.SELECTOR_MALFORMED,
        Blame.OPERATOR,
        "The pattern '" + start + "' " + found + "; patterns are written in RE2 syntax",
        cause);
  }
}
