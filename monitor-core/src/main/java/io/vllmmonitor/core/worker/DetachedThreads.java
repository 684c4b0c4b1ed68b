package io.vllmmonitor.core.worker;

import static java.util.Objects.requireNonNull;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Makes daemon threads that know nothing of who asked for them. A thread otherwise keeps the access
 * context and the context class loader of the code that made it, and with them the class loader of
 * a plugin that happened to be the first to need one more thread of a pool. Thread-safe. Close it
 * after the pool that uses it.
 */
public final class DetachedThreads implements ThreadFactory, AutoCloseable {
  private final String name;
  private final AtomicInteger number = new AtomicInteger();
  private final ExecutorService maker;

  /**
   * @param name of the threads, followed by a number
   */
  public DetachedThreads(String name) {
    this.name = requireNonNull(name, "name");
    this.maker =
        Executors.newSingleThreadExecutor(
            task -> {
              Thread thread = new Thread(task, name + "-maker");
              thread.setDaemon(true);
              return thread;
            });
    // The maker's own thread begins here, whoever asks first later.
    maker.execute(() -> {});
  }

  /**
   * @throws java.util.concurrent.RejectedExecutionException after close
   */
  @Override
  public Thread newThread(Runnable task) {
    return CompletableFuture.supplyAsync(
            () -> {
              Thread thread = new Thread(task, name + "-" + number.incrementAndGet());
              thread.setDaemon(true);
              return thread;
            },
            maker)
        .join();
  }

  @Override
  public void close() {
    maker.shutdown();
  }
}
