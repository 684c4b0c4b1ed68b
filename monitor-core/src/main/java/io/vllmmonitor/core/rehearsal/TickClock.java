package io.vllmmonitor.core.rehearsal;

import java.time.Instant;
import java.time.InstantSource;

/** A clock that stands at the tick that is replayed. Thread-safe. */
final class TickClock implements InstantSource {
  private volatile Instant now;

  TickClock(Instant now) {
    this.now = now;
  }

  void moveTo(Instant instant) {
    now = instant;
  }

  @Override
  public Instant instant() {
    return now;
  }
}
