package io.vllmmonitor.testkit.time;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.LongSupplier;

/**
 * A clock that moves only when the test moves it, forwards or backwards. Thread-safe: a change is
 * seen by all threads at once.
 */
public final class ManualClock implements InstantSource {
  private final Instant start;
  private volatile Instant now;

  /** Stands at the given instant. */
  public ManualClock(Instant start) {
    this.start = requireNonNull(start, "start");
    this.now = start;
  }

  /** Stands at an instant in RFC 3339, such as {@code 2026-11-25T00:00:00Z}. */
  public static ManualClock at(String instant) {
    return new ManualClock(Instant.parse(instant));
  }

  @Override
  public Instant instant() {
    return now;
  }

  /**
   * Moves on; a negative duration moves back.
   *
   * @return the new instant
   */
  public synchronized Instant advance(Duration step) {
    Instant moved = now.plus(step);
    now = moved;
    return moved;
  }

  /** Jumps. */
  public synchronized void set(Instant instant) {
    now = requireNonNull(instant, "instant");
  }

  /** The same time as a ticker: nanoseconds since this clock was made. */
  public LongSupplier nanoTicker() {
    return () -> Duration.between(start, now).toNanos();
  }
}
