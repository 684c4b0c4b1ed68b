package io.vllmmonitor.core.guardrail;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How long one answer has been given without a break. Only time that was watched counts: a gap
 * between two answers (a restart, a jump of the clock, a target that hangs) counts as the longest
 * gap that scraping itself explains, and a step back of the clock as nothing. After an hour without
 * an answer it begins anew. Confined to the target's thread.
 */
final class HoldDown {
  /** What was seen before a longer silence says nothing about now. */
  private static final Duration LONGEST_SILENCE = Duration.ofHours(1);

  private @Nullable Instant since;
  private @Nullable Instant last;
  private Duration held = Duration.ZERO;

  /** The answer was given again. */
  void seen(Instant at, Duration longestGap) {
    Instant before = last;
    if (since == null
        || before == null
        || Duration.between(before, at).compareTo(LONGEST_SILENCE) > 0) {
      since = at;
      held = Duration.ZERO;
    } else if (at.isAfter(before)) {
      Duration gap = Duration.between(before, at);
      held = held.plus(gap.compareTo(longestGap) > 0 ? longestGap : gap);
    }
    last = at;
  }

  /** Another answer was given. */
  void reset() {
    since = null;
    last = null;
    held = Duration.ZERO;
  }

  /** Continues where an earlier process stopped. */
  void restore(Instant from, Instant until, Duration heldSoFar) {
    since = requireNonNull(from, "from");
    last = requireNonNull(until, "until");
    held = requireNonNull(heldSoFar, "heldSoFar");
  }

  boolean running() {
    return since != null;
  }

  boolean reached(Duration wanted) {
    return since != null && held.compareTo(wanted) >= 0;
  }

  @Nullable Instant since() {
    return since;
  }

  @Nullable Instant last() {
    return last;
  }

  Duration held() {
    return held;
  }
}
