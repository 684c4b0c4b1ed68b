package io.vllmmonitor.core.testing;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** Time that moves only when told to. Not thread-safe. */
public final class ManualClock implements InstantSource {
  public static final Instant START = Instant.parse("2026-03-01T10:00:00Z");
  private Instant now = START;

  @Override
  public Instant instant() {
    return now;
  }

  public Instant advance(Duration by) {
    now = now.plus(by);
    return now;
  }

  public Instant advanceSeconds(long seconds) {
    return advance(Duration.ofSeconds(seconds));
  }
}
