package io.vllmmonitor.simulator.server;

import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;

/** Time that stands still until a test moves it. */
final class VirtualTime {
  private static final Instant START = Instant.parse("2026-11-24T09:34:08.123456Z");

  private final AtomicLong nanos = new AtomicLong();

  SimulatorConfig on(SimulatorConfig config) {
    return config.withVirtualTime(() -> START.plusNanos(nanos.get()), nanos::get);
  }

  void pass(SimulatedVllmServer server, double seconds) {
    // In small pieces, so that what falls due does so at its own time.
    for (double left = seconds; left > 1e-9; left -= 0.1) {
      nanos.addAndGet((long) (Math.min(0.1, left) * 1e9));
      server.tick();
    }
  }
}
