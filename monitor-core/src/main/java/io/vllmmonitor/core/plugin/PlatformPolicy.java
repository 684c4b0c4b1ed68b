package io.vllmmonitor.core.plugin;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.core.telemetry.OwnMetrics;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * How the platform treats what it runs. Immutable; all parts are thread-safe.
 *
 * @param probation how long a new generation is on probation at least
 * @param probationCalls how many calls of it must have ended before the probation is over
 * @param rehearsal judges new code before it runs
 * @param metrics where calls are counted
 * @param nanos a ticker that never goes back
 */
public record PlatformPolicy(
    Duration probation,
    int probationCalls,
    RehearsalGate rehearsal,
    OwnMetrics metrics,
    LongSupplier nanos) {
  /** The probation where nothing else is configured. */
  public static final Duration PROBATION = Duration.ofSeconds(60);

  /** The calls of a probation where nothing else is configured. */
  public static final int PROBATION_CALLS = 20;

  public PlatformPolicy {
    requireNonNull(probation, "probation");
    requireNonNull(rehearsal, "rehearsal");
    requireNonNull(metrics, "metrics");
    requireNonNull(nanos, "nanos");
    if (probation.isNegative() || probationCalls < 0) {
      throw new IllegalArgumentException("A probation is not negative");
    }
  }

  /** The defaults, without rehearsal. */
  public static PlatformPolicy defaults(OwnMetrics metrics) {
    return new PlatformPolicy(
        PROBATION, PROBATION_CALLS, RehearsalGate.open(), metrics, System::nanoTime);
  }
}
