package io.vllmmonitor.core.rehearsal;

import static io.vllmmonitor.api.error.ErrorCode.CONFIG_INVALID_VALUE;
import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.config.Settings;
import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.MonitorException;
import java.time.Duration;

/**
 * How code is rehearsed and promoted. Immutable.
 *
 * @param enabled whether new code is rehearsed before it goes live
 * @param window how much stored time it is rehearsed over
 * @param deadline how long a rehearsal may last; what was not rehearsed by then is told
 * @param maxFiringRatio the share of the ticks, 0 to 1, beyond which a guardrail that would be
 *     firing goes live in shadow
 * @param promoteAfter how long code runs in shadow without a failure and below that share before it
 *     is promoted by itself; zero means never
 */
public record RehearsalPolicy(
    boolean enabled,
    Duration window,
    Duration deadline,
    double maxFiringRatio,
    Duration promoteAfter) {
  private static final Duration LONGEST_WINDOW = Duration.ofDays(31);
  private static final Duration LONGEST_DEADLINE = Duration.ofMinutes(10);

  public RehearsalPolicy {
    requireNonNull(window, "window");
    requireNonNull(deadline, "deadline");
    requireNonNull(promoteAfter, "promoteAfter");
  }

  /** What counts where nothing is configured. */
  public static RehearsalPolicy defaults() {
    return new RehearsalPolicy(
        true, Duration.ofHours(24), Duration.ofSeconds(60), 0.5, Duration.ZERO);
  }

  /**
   * Reads the section {@code rehearsal}.
   *
   * @throws MonitorException CONFIG_INVALID_VALUE naming the key
   */
  public static RehearsalPolicy from(Settings section) {
    RehearsalPolicy usual = defaults();
    Duration window = section.duration("window", usual.window());
    Duration deadline = section.duration("deadline", usual.deadline());
    double ratio = section.number("max_firing_ratio", usual.maxFiringRatio());
    Duration promoteAfter = section.duration("promote_after", usual.promoteAfter());
    check(
        !window.isNegative() && !window.isZero() && window.compareTo(LONGEST_WINDOW) <= 0,
        "window",
        window.toString(),
        "more than zero, at most 31d");
    check(
        !deadline.isNegative() && !deadline.isZero() && deadline.compareTo(LONGEST_DEADLINE) <= 0,
        "deadline",
        deadline.toString(),
        "more than zero, at most 10m");
    check(
        ratio > 0 && ratio <= 1, "max_firing_ratio", Double.toString(ratio), "above 0, at most 1");
    check(!promoteAfter.isNegative(), "promote_after", promoteAfter.toString(), "zero or more");
    return new RehearsalPolicy(
        section.flag("enabled", usual.enabled()), window, deadline, ratio, promoteAfter);
  }

  private static void check(boolean fits, String key, String found, String expected) {
    if (!fits) {
      throw new MonitorException(
          CONFIG_INVALID_VALUE,
          Blame.OPERATOR,
          "rehearsal." + key + " is " + found + ", expected " + expected);
    }
  }
}
