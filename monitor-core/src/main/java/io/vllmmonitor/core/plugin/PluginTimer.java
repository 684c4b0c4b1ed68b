package io.vllmmonitor.core.plugin;

import io.vllmmonitor.core.worker.DeadlineWorker;
import java.time.Duration;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The threads that run the scheduled work of all plugins: {@value #THREADS} keep the time and wait,
 * each run has a thread of its own with a deadline. All threads are made by the core, since a
 * thread remembers the code that made it. Thread-safe.
 */
final class PluginTimer implements AutoCloseable {
  private static final int THREADS = 4;
  private static final int MOST_ABANDONED = 4;
  private static final Duration DEADLINE = Duration.ofSeconds(30);

  private final ScheduledThreadPoolExecutor pool;
  private final DeadlineWorker worker;

  PluginTimer() {
    this(DEADLINE);
  }

  PluginTimer(Duration deadline) {
    AtomicInteger number = new AtomicInteger();
    worker = new DeadlineWorker("plugin-task", deadline, MOST_ABANDONED);
    pool =
        new ScheduledThreadPoolExecutor(
            THREADS,
            task -> {
              Thread thread = new Thread(task, "plugin-timer-" + number.incrementAndGet());
              thread.setDaemon(true);
              return thread;
            });
    pool.setRemoveOnCancelPolicy(true);
    int unused = pool.prestartAllCoreThreads();
  }

  /** Runs each task. */
  DeadlineWorker worker() {
    return worker;
  }

  /** Runs again and again, first after one pause. */
  ScheduledFuture<?> every(Duration pause, Runnable round) {
    long nanos = pause.toNanos();
    return pool.scheduleWithFixedDelay(round, nanos, nanos, TimeUnit.NANOSECONDS);
  }

  /** Runs once. */
  ScheduledFuture<?> after(Duration delay, Runnable round) {
    return pool.schedule(round, delay.toNanos(), TimeUnit.NANOSECONDS);
  }

  @Override
  public void close() {
    pool.shutdownNow();
  }
}
