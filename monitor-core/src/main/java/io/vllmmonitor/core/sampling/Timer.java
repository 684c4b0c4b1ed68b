package io.vllmmonitor.core.sampling;

import java.time.Duration;

/**
 * Runs tasks later. The sampler's only way to wait, so that tests can own the time. Tasks are short
 * and must not throw.
 */
public interface Timer {
  /** Runs the task once after the delay, on a thread of the timer. Thread-safe. */
  Cancellable after(Duration delay, Runnable task);

  /** A task that may still be called off. */
  interface Cancellable {
    /** Calls the task off unless it began; again is a no-op. */
    void cancel();
  }
}
