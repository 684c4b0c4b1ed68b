package io.vllmmonitor.acceptance.prove;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;

/** Waits for something to become true, and says what it was waiting for when it does not. */
final class Until {
  private static final long PAUSE_NANOS = 100_000_000;

  private Until() {}

  /**
   * Polls ten times a second; what the condition throws counts as "not yet" and is told at the end.
   */
  static void holds(String what, Duration most, Callable<Boolean> condition) {
    long end = System.nanoTime() + most.toNanos();
    String last = "it was never true";
    while (System.nanoTime() < end) {
      try {
        if (condition.call()) {
          return;
        }
        last = "it was never true";
      } catch (Exception e) {
        last = e.toString();
      }
      LockSupport.parkNanos(PAUSE_NANOS);
    }
    throw new ProofFailure("Waited " + most.toSeconds() + " s for: " + what + "; " + last);
  }
}
