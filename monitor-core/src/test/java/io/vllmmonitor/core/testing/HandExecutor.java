package io.vllmmonitor.core.testing;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/** Runs what it was given only when told to, on the caller's thread. Not thread-safe. */
public final class HandExecutor implements Executor {
  private final Deque<Runnable> waiting = new ArrayDeque<>();
  private boolean closed;

  @Override
  public void execute(Runnable command) {
    if (closed) {
      throw new RejectedExecutionException("closed");
    }
    waiting.addLast(command);
  }

  /** Runs the oldest; false when there is none. */
  public boolean runOne() {
    Runnable next = waiting.pollFirst();
    if (next == null) {
      return false;
    }
    next.run();
    return true;
  }

  /** Takes no more work and forgets what waits, as a process that dies. */
  public void close() {
    closed = true;
    waiting.clear();
  }
}
