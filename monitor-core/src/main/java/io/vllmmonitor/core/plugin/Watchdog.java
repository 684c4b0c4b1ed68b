package io.vllmmonitor.core.plugin;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at the leases of all calls every 10 ms. Time during which it could not look itself, since
 * the machine or the JVM stood still, is not held against a call. Thread-safe.
 */
final class Watchdog implements AutoCloseable {
  /** How long a cancelled call has to come back before its thread is given up. */
  static final Duration GRACE = Duration.ofSeconds(1);

  private static final Logger log = LoggerFactory.getLogger(Watchdog.class);
  private static final Duration PERIOD = Duration.ofMillis(10);
  private static final long STALL_NANOS = PERIOD.toNanos() * 3;
  private static final Duration LONGEST_CLOSE = Duration.ofSeconds(1);

  private final LongSupplier nanos;
  private final Set<Lease> leases = ConcurrentHashMap.newKeySet();
  private final AtomicLong stalled = new AtomicLong();
  private long lastLook;
  private final AtomicInteger abandoned = new AtomicInteger();
  private volatile boolean closed;
  private @Nullable Thread thread;

  /**
   * @param nanos a ticker that never goes back
   */
  Watchdog(LongSupplier nanos) {
    this.nanos = nanos;
    this.lastLook = nanos.getAsLong();
  }

  long now() {
    return nanos.getAsLong();
  }

  /** Nanoseconds that everything has stood still so far. */
  long stalled() {
    return stalled.get();
  }

  void add(Lease lease) {
    leases.add(lease);
  }

  /** A call of a lease is lost, and its thread with it. */
  void lost(Lease lease) {
    abandoned.incrementAndGet();
    leases.remove(lease);
  }

  /** How many threads were lost since the start. */
  int abandoned() {
    return abandoned.get();
  }

  void remove(Lease lease) {
    leases.remove(lease);
  }

  /** Starts the thread; without it, {@link #look} must be called. */
  @SuppressWarnings("ThreadPriorityCheck") // a hint only: it is to look even when all are busy
  synchronized void start() {
    if (thread == null && !closed) {
      lastLook = nanos.getAsLong();
      Thread started = new Thread(this::run, "plugin-watchdog");
      started.setDaemon(true);
      thread = started;
      started.start();
    }
  }

  @Override
  public void close() {
    Thread running;
    synchronized (this) {
      closed = true;
      running = thread;
    }
    if (running != null) {
      try {
        LockSupport.unpark(running);
        running.join(LONGEST_CLOSE.toMillis());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** One look; confined to one thread at a time. */
  void look() {
    long now = nanos.getAsLong();
    for (Lease lease : leases) {
      try {
        lease.look(now, stalled.get(), GRACE.toNanos());
      } catch (RuntimeException e) {
        // What goes on in place of a lost thread is not the watchdog's; the other calls are.
        log.error("A call that takes too long could not be dealt with in full", e);
      }
    }
  }

  private void run() {
    while (!closed) {
      LockSupport.parkNanos(PERIOD.toNanos());
      long now = nanos.getAsLong();
      long gap = now - lastLook;
      lastLook = now;
      if (gap > STALL_NANOS) {
        long unused = stalled.addAndGet(gap - PERIOD.toNanos());
      }
      look();
    }
  }
}
