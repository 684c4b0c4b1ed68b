package io.vllmmonitor.core.sampling;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Stamps the scrapes of one target. A stamp is the wall-clock instant at which the scrape was due,
 * to the millisecond, and later than every stamp before. Where the clock was set back, stamps go on
 * from the last one at seven eighths of the real pace until the clock has caught up: samples never
 * go back, no two share an instant, and rates computed over them stay near the truth, so that a
 * jump of the clock cannot look like a burst. Guarded by its owner.
 */
final class Timeline {
  private static final long SLOWER_BY = 8;

  private long lastMillis;
  private @Nullable Long lastDueNanos;

  /**
   * @param after the newest stamp that is stored already; null when there is none
   */
  Timeline(@Nullable Instant after) {
    lastMillis = after == null ? Long.MIN_VALUE : after.toEpochMilli();
  }

  /**
   * The stamp of a scrape.
   *
   * @param dueNanos when it was due, on the ticker
   * @param nowNanos the ticker now
   * @param now the clock now
   */
  Instant stamp(long dueNanos, long nowNanos, Instant now) {
    long millis = now.minusNanos(Math.max(0, nowNanos - dueNanos)).toEpochMilli();
    if (millis <= lastMillis) {
      long elapsed =
          lastDueNanos == null ? 0 : Duration.ofNanos(dueNanos - lastDueNanos).toMillis();
      millis = lastMillis + Math.max(1, elapsed - elapsed / SLOWER_BY);
    }
    lastMillis = millis;
    lastDueNanos = dueNanos;
    return Instant.ofEpochMilli(millis);
  }
}
