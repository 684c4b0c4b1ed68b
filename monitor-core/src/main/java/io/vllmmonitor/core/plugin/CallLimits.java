package io.vllmmonitor.core.plugin;

import io.vllmmonitor.api.code.CodeKind;
import io.vllmmonitor.api.target.Target;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How long one call of an instance may take. Immutable.
 *
 * @param soft beyond it the call counts as slow
 * @param hard beyond it the call is cancelled and its result is lost
 */
record CallLimits(Duration soft, Duration hard) {
  /** For everything that has no limit of its own: opening, saving, restoring, closing. */
  static final CallLimits OTHER = of(5_000, 10_000);

  /** The first call loads classes: it has so many times the limits of the later ones. */
  private static final int FIRST_CALL = 10;

  private static final Duration BEYOND_THE_SCRAPE = Duration.ofSeconds(1);

  /** The limits of the calls that an instance is made for. */
  static CallLimits of(ExtensionKind kind, CodeKind code, @Nullable Target target) {
    return switch (kind) {
      case GUARDRAIL, PREDICTOR -> code == CodeKind.SOURCE ? of(5, 50) : of(20, 500);
      case MITIGATION -> of(1_000, 2_000);
      case SOURCE -> target == null ? OTHER : scraping(target.scrapeTimeout());
      case EXPORTER -> of(15_000, 30_000);
      case ACTUATOR -> of(300_000, 310_000); // a step has a deadline of its own, 5 minutes at most
      case LISTENER, DISCOVERY, LEARNER, NOTIFIER -> OTHER;
    };
  }

  /** The limits of the first call. */
  CallLimits first() {
    Duration longest = max(hard, OTHER.hard());
    return new CallLimits(
        min(soft.multipliedBy(FIRST_CALL), longest), min(hard.multipliedBy(FIRST_CALL), longest));
  }

  private static CallLimits scraping(Duration timeout) {
    return new CallLimits(timeout, timeout.plus(BEYOND_THE_SCRAPE));
  }

  private static CallLimits of(long softMillis, long hardMillis) {
    return new CallLimits(Duration.ofMillis(softMillis), Duration.ofMillis(hardMillis));
  }

  private static Duration min(Duration left, Duration right) {
    return left.compareTo(right) <= 0 ? left : right;
  }

  private static Duration max(Duration left, Duration right) {
    return left.compareTo(right) >= 0 ? left : right;
  }
}
