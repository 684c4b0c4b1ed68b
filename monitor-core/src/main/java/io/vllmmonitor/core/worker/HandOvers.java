package io.vllmmonitor.core.worker;

import static java.util.Objects.requireNonNull;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/**
 * What goes on elsewhere when a thread is stuck in code of others. Whoever lends its thread to such
 * code runs its work through {@link #run}; the watchdog that gives the thread up calls {@link
 * #handOver}, and the thread, should it ever come back, ends in {@link #retire}. Thread-safe.
 */
public final class HandOvers {
  private static final Map<Thread, Runnable> OWNERS = new ConcurrentHashMap<>();

  private HandOvers() {}

  /**
   * Runs work on the calling thread.
   *
   * @param handOver what lets the owner of the thread go on without it; called at most once, from
   *     another thread, while the work is stuck. Nothing of the work is done after it
   */
  public static void run(Runnable work, Runnable handOver) {
    requireNonNull(handOver, "handOver");
    Thread thread = Thread.currentThread();
    Runnable outer = OWNERS.put(thread, handOver);
    try {
      work.run();
    } finally {
      if (outer == null) {
        OWNERS.remove(thread);
      } else {
        OWNERS.put(thread, outer);
      }
    }
  }

  /**
   * Lets the owner of a stuck thread go on without it.
   *
   * @return false when nobody has said how; the thread must go its way then
   */
  public static boolean handOver(Thread stuck) {
    Runnable handOver = OWNERS.remove(stuck);
    if (handOver == null) {
      return false;
    }
    handOver.run();
    return true;
  }

  /**
   * Ends the work of the calling thread, which was handed over: it must not touch what goes on
   * elsewhere by now, so it never returns. The thread is a daemon thread.
   */
  public static void retire() {
    while (true) {
      LockSupport.park(HandOvers.class);
      boolean unused = Thread.interrupted(); // an interrupt must not make it spin
    }
  }
}
