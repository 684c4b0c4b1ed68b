package io.vllmmonitor.daemon.web;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Lets a few queries run at once; further ones wait a moment and are then turned away. */
final class QueryGate {
  private final int most;
  private final Duration wait;
  private final Semaphore turns;

  QueryGate(int most, Duration wait) {
    this.most = most;
    this.wait = wait;
    this.turns = new Semaphore(most, true);
  }

  /** Runs the query in turn; throws HTTP_OVERLOADED when its turn does not come. */
  <T> T run(Supplier<T> query) {
    try {
      if (!turns.tryAcquire(wait.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new MonitorException(
            ErrorCode.HTTP_OVERLOADED,
            Blame.OPERATOR,
            most + " queries are running, which is the most at once; try again in a second");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new MonitorException(
          ErrorCode.SHUTTING_DOWN, Blame.OPERATOR, "The daemon is stopping; start it again", e);
    }
    try {
      return query.get();
    } finally {
      turns.release();
    }
  }
}
