package io.vllmmonitor.core.plugin;

import io.vllmmonitor.core.worker.HandOvers;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The time that one call of one instance may take: begun and ended by the thread of the call,
 * looked at by the {@link Watchdog}. One call at a time. Beginning and ending cost a volatile write
 * each.
 */
final class Lease {
  private static final int IDLE = 0;
  private static final int RUNNING = 1;
  private static final int CANCELLED = 2;
  private static final int ABANDONED = 3;
  private static final int STATES = 4;

  /** What becomes of a call that is too long. */
  interface Overrun {
    /** Its thread does not come back. */
    void abandoned();
  }

  private final Overrun overrun;

  /** Number of the call times four, plus its state: a look never hits a later call. */
  private final AtomicLong word = new AtomicLong();

  private volatile @Nullable Thread thread;
  private volatile long begunAt;
  private volatile long stalledBefore;
  private volatile long hardNanos;
  private volatile long cancelledAt;
  private boolean handedOver; // guarded by this

  Lease(Overrun overrun) {
    this.overrun = overrun;
  }

  /**
   * @param now nanoseconds
   * @param stalled nanoseconds that the machine has stood still so far
   */
  void begin(long now, long stalled, long hard) {
    thread = Thread.currentThread();
    begunAt = now;
    stalledBefore = stalled;
    hardNanos = hard;
    word.set((word.get() / STATES + 1) * STATES + RUNNING);
  }

  /**
   * The call is over. Never returns in a thread whose owner goes on without it.
   *
   * @return false when it was cancelled, so that its result is lost
   */
  boolean end() {
    long mine = word.get();
    boolean inTime = mine % STATES == RUNNING && word.compareAndSet(mine, mine - RUNNING + IDLE);
    if (!inTime && endedLate()) {
      HandOvers.retire();
    }
    thread = null;
    return inTime;
  }

  /** Whether somebody else goes on in place of this thread; waits for a look that is under way. */
  private synchronized boolean endedLate() {
    PluginGuard.release(Thread.currentThread());
    // The interrupt was meant for the plugin and must not reach what its thread does next.
    boolean unused = Thread.interrupted();
    word.set(word.get() / STATES * STATES + IDLE);
    return handedOver;
  }

  /** Whether no call runs. */
  boolean isIdle() {
    return word.get() % STATES == IDLE;
  }

  /** Cancels a call that is too long, and gives its thread up when that does not help. */
  void look(long now, long stalled, long graceNanos) {
    long seen = word.get();
    int state = (int) (seen % STATES);
    Thread running = thread;
    if (running == null) {
      return;
    }
    if (state == RUNNING && now - begunAt - (stalled - stalledBefore) > hardNanos) {
      cancel(seen, running, now);
    } else if (state == CANCELLED && now - cancelledAt > graceNanos) {
      abandon(seen, running);
    }
  }

  private synchronized void cancel(long seen, Thread running, long now) {
    if (word.compareAndSet(seen, seen - RUNNING + CANCELLED)) {
      cancelledAt = now;
      PluginGuard.cancel(running);
      running.interrupt();
    }
  }

  private void abandon(long seen, Thread running) {
    RuntimeException failed = null;
    synchronized (this) {
      if (!word.compareAndSet(seen, seen - CANCELLED + ABANDONED)) {
        return;
      }
      try {
        handedOver = HandOvers.handOver(running);
      } catch (RuntimeException e) {
        failed = e; // the thread is lost all the same
      }
    }
    overrun.abandoned();
    if (failed != null) {
      throw failed;
    }
  }
}
