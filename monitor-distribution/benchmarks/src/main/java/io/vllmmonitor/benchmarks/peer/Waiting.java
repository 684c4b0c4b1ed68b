package io.vllmmonitor.benchmarks.peer;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;

/** Waits for what other processes do. */
public final class Waiting {
  private static final long PAUSE_NANOS = 2_000_000;

  private Waiting() {}

  /**
   * Asks again and again, every 2 ms; what the condition throws counts as "not yet".
   *
   * @throws IOException when it did not hold in time, with the last reason
   */
  public static void until(String what, Duration most, Callable<Boolean> condition)
      throws IOException {
    long end = System.nanoTime() + most.toNanos();
    String last = "it was never true";
    while (System.nanoTime() < end) {
      try {
        if (condition.call()) {
          return;
        }
      } catch (IOException e) {
        last = e.toString();
      } catch (Exception e) {
        throw new IOException("Waited for " + what + ": " + e, e);
      }
      LockSupport.parkNanos(PAUSE_NANOS);
    }
    throw new IOException("Waited " + most.toSeconds() + " s for " + what + "; " + last);
  }

  /** Lets time pass. */
  public static void pause(Duration time) {
    long end = System.nanoTime() + time.toNanos();
    for (long left = time.toNanos(); left > 0; left = end - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
  }
}
