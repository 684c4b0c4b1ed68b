package io.vllmmonitor.persistence.query;

import static io.vllmmonitor.api.error.ErrorCode.SELECTOR_MALFORMED;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.MonitorException;
import java.util.Arrays;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Compiles the patterns of label matchers: RE2 syntax, linear time, anchored at both ends. A
 * pattern is short, its nested repetitions multiply to a bounded count, and its compiled program is
 * bounded, so that neither compiling nor matching can be made to cost much. Stateless.
 */
public final class LabelPatterns {
  /** Longest pattern in characters. */
  public static final int LONGEST = 1_000;

  /**
   * Largest product of nested repetition counts; what Go's own engine allows, RE2/J does not ask.
   */
  static final int MOST_REPETITIONS = 1_000;

  /** Largest compiled program in instructions; matching costs this much per character. */
  static final int LARGEST_PROGRAM = 5_000;

  private LabelPatterns() {}

  /**
   * The test of a whole value.
   *
   * @throws MonitorException SELECTOR_MALFORMED with what is wrong
   */
  public static Predicate<String> compile(String pattern) {
    if (pattern.length() > LONGEST) {
      throw wrong(pattern, "it has " + pattern.length() + " characters, at most " + LONGEST);
    }
    if (isListOfTexts(pattern)) {
      return Set.copyOf(Arrays.asList(pattern.split("\\|", -1)))::contains;
    }
    if (RepetitionCount.of(pattern) > MOST_REPETITIONS) {
      throw wrong(pattern, "its nested repetitions are more than " + MOST_REPETITIONS);
    }
    Pattern compiled;
    try {
      compiled = Pattern.compile(pattern);
    } catch (PatternSyntaxException e) {
      throw wrong(pattern, String.valueOf(e.getMessage()));
    } catch (StackOverflowError e) {
      // RE2/J parses by recursion; the stack has unwound to here and nothing is half-done
      throw wrong(pattern, "it nests too deeply");
    }
    if (compiled.programSize() > LARGEST_PROGRAM) {
      throw wrong(pattern, "it needs more than " + LARGEST_PROGRAM + " steps per character");
    }
    return compiled::matches;
  }

  /** Whether it is some texts parted by bars, which need no engine: what dashboards send most. */
  private static boolean isListOfTexts(String pattern) {
    for (int i = 0; i < pattern.length(); i++) {
      char character = pattern.charAt(i);
      boolean plain =
          Character.isLetterOrDigit(character) || " |_-:/,;=@%&~<>!#'\"".indexOf(character) >= 0;
      if (!plain) {
        return false;
      }
    }
    return true;
  }

  private static MonitorException wrong(String pattern, String reason) {
    String shown = pattern.length() > 200 ? pattern.substring(0, 200) + "…" : pattern;
    return new MonitorException(
        SELECTOR_MALFORMED,
        Blame.OPERATOR,
        "Pattern \"" + shown + "\" is refused: " + reason + "; write a simpler RE2 pattern");
  }
}
