package io.vllmmonitor.core.worker;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Runs one task after another, each on a fresh daemon thread with a deadline. A late thread is
 * interrupted and abandoned; while {@code mostAbandoned} of them are alive, nothing more is
 * started. Thread-safe.
 */
public final class DeadlineWorker {
  private static final long STACK_BYTES = 1 << 20;

  private final String name;
  private final Duration deadline;
  private final int mostAbandoned;
  private final AtomicInteger abandoned = new AtomicInteger();

  /**
   * @param name of the threads
   */
  public DeadlineWorker(String name, Duration deadline, int mostAbandoned) {
    this.name = requireNonNull(name, "name");
    this.deadline = requireNonNull(deadline, "deadline");
    this.mostAbandoned = mostAbandoned;
  }

  public Duration deadline() {
    return deadline;
  }

  /** How many threads were given up and are still alive. */
  public int abandoned() {
    return abandoned.get();
  }

  /**
   * Runs the task and waits for it, up to the deadline. An interrupt of the caller counts as the
   * deadline and is kept.
   */
  public <T> Outcome<T> run(Callable<T> task) {
    if (abandoned.get() >= mostAbandoned) {
      return new Outcome<>(Outcome.Kind.REFUSED, null, null);
    }
    CompletableFuture<Outcome<T>> result = new CompletableFuture<>();
    CountDownLatch ended = new CountDownLatch(1);
    Thread thread = new Thread(null, () -> perform(task, result, ended), name, STACK_BYTES);
    thread.setDaemon(true);
    thread.start();
    if (!waitFor(ended)) {
      Outcome<T> late = new Outcome<>(Outcome.Kind.LATE, null, null);
      abandoned.incrementAndGet();
      if (result.complete(late)) {
        thread.interrupt();
      } else {
        abandoned.decrementAndGet();
      }
    }
    return result.join();
  }

  private <T> void perform(
      Callable<T> task, CompletableFuture<Outcome<T>> result, CountDownLatch ended) {
    Outcome<T> outcome;
    try {
      outcome = new Outcome<>(Outcome.Kind.DONE, task.call(), null);
    } catch (Throwable e) {
      // Whatever strangers throw ends here, errors included; the caller decides what it means.
      outcome = new Outcome<>(Outcome.Kind.FAILED, null, e);
    }
    if (!result.complete(outcome)) {
      abandoned.decrementAndGet();
    }
    ended.countDown();
  }

  private boolean waitFor(CountDownLatch ended) {
    try {
      return ended.await(deadline.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
