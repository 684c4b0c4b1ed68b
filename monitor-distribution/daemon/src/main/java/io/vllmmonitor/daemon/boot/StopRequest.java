package io.vllmmonitor.daemon.boot;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * The wish that the daemon ends: by signal, or by the stop command. A signal waits until the daemon
 * has flushed and then ends the process with 0. Thread-safe.
 */
final class StopRequest {
  /** For closing everything, and then for the archive of classes. */
  private static final Duration PATIENCE = Duration.ofSeconds(35);

  private final CountDownLatch wished = new CountDownLatch(1);
  private final CountDownLatch finished = new CountDownLatch(1);
  private volatile int exitCode = 1;

  /** Makes SIGINT and SIGTERM a wish. */
  void listenToSignals() {
    Runtime.getRuntime().addShutdownHook(new Thread(this::onSignal, "stop-on-signal"));
  }

  /** Asks the daemon to end. */
  void wish() {
    wished.countDown();
  }

  /** Waits until someone wishes the end. */
  void await() {
    try {
      wished.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Says that the daemon has ended, in order or not. */
  void finished(boolean inOrder) {
    exitCode = inOrder ? 0 : 1;
    finished.countDown();
  }

  private void onSignal() {
    if (finished.getCount() == 0) {
      return; // the daemon has ended by itself, with an exit code of its own
    }
    wish();
    try {
      boolean ended = finished.await(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
      Runtime.getRuntime().halt(ended ? exitCode : 1);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
