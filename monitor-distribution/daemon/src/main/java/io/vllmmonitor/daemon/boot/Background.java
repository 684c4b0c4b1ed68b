package io.vllmmonitor.daemon.boot;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.core.telemetry.Problems;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * What the daemon does again and again beside its targets, on a thread of its own. A round that
 * fails is a problem; the next one comes all the same. Thread-safe.
 */
final class Background implements AutoCloseable {
  private static final int PATIENCE_SECONDS = 10;

  private final ScheduledExecutorService thread;
  private final Problems problems;

  Background(Problems problems) {
    this.problems = requireNonNull(problems, "problems");
    this.thread =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread made = new Thread(task, "background");
              made.setDaemon(true);
              return made;
            });
  }

  /** Runs the task now and then after every pause. */
  void repeat(String name, Duration pause, Runnable task) {
    var unused =
        thread.scheduleWithFixedDelay(
            () -> round(name, task), 0, pause.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void round(String name, Runnable task) {
    try {
      task.run();
    } catch (MonitorException e) {
      problems.note(name, e);
    } catch (RuntimeException e) {
      problems.note(ErrorCode.INTERNAL, Blame.MONITOR, name, e.toString());
    }
  }

  /**
   * Lets the round that runs come to its end, since an interrupt would close files that it writes;
   * one that takes longer than {@value #PATIENCE_SECONDS} s is interrupted.
   */
  @Override
  public void close() {
    thread.shutdown();
    try {
      if (thread.awaitTermination(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        return;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    thread.shutdownNow();
  }
}
