package io.vllmmonitor.core.sampling;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The two bounded pools of the sampling, made once per daemon and shut down by who made them, after
 * the sampler was closed. Threads come as they are needed and go after a minute.
 */
public final class SamplingPools {
  /** The most collections at once; a target has one at a time. */
  public static final int MOST_COLLECTING = 64;

  /** The most targets that are judged at once. */
  public static final int MOST_JUDGING = 16;

  private SamplingPools() {}

  /** Runs the sources. Sources wait for their targets here, so there are many threads. */
  public static ExecutorService collecting() {
    return pool("collect", MOST_COLLECTING);
  }

  /** Runs the mailboxes of the targets. */
  public static ExecutorService mailboxes() {
    return pool("target", MOST_JUDGING);
  }

  private static ExecutorService pool(String name, int most) {
    AtomicInteger number = new AtomicInteger();
    ThreadPoolExecutor pool =
        new ThreadPoolExecutor(
            most,
            most,
            1,
            TimeUnit.MINUTES,
            new LinkedBlockingQueue<>(), // bounded by one collection, one mailbox per target
            task -> {
              Thread thread = new Thread(task, name + "-" + number.incrementAndGet());
              thread.setDaemon(true);
              return thread;
            });
    pool.allowCoreThreadTimeOut(true);
    return pool;
  }
}
