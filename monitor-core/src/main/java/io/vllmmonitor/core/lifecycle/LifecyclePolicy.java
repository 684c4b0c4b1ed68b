package io.vllmmonitor.core.lifecycle;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/**
 * How patient the judgement of a target's state is. Immutable.
 *
 * @param hangAfter how long work may be pending without any progress
 * @param hangScrapes how many scrapes in a row must have seen that as well
 * @param failedScrapes how many scrapes in a row may fail, other than by a refused connection,
 *     before the target is in error
 * @param idleHold how long a lower level of activity must last before the state follows it, so that
 *     light traffic does not make a checkpoint a second
 * @param quietTime how long a target must be well, though without progress, to count as recovered
 */
public record LifecyclePolicy(
    Duration hangAfter, int hangScrapes, int failedScrapes, Duration idleHold, Duration quietTime) {
  public LifecyclePolicy {
    requireNonNull(hangAfter, "hangAfter");
    requireNonNull(idleHold, "idleHold");
    requireNonNull(quietTime, "quietTime");
    if (hangScrapes < 1 || failedScrapes < 1) {
      throw new IllegalArgumentException(
          "Counts of scrapes are at least 1, found " + hangScrapes + " and " + failedScrapes);
    }
  }

  /** 10 s and 3 scrapes to a hang, 3 failed scrapes to an error, 10 s each to calm down. */
  public static LifecyclePolicy defaults() {
    Duration tenSeconds = Duration.ofSeconds(10);
    return new LifecyclePolicy(tenSeconds, 3, 3, tenSeconds, tenSeconds);
  }
}
