package io.vllmmonitor.core.sampling;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.core.worker.HandOvers;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The one thread of a target, lent from a shared pool: what is posted runs in order, never two at
 * once. Ticks come through here, and so should everything else that touches the state of the
 * target, such as the results of actuators. A thread that is stuck in code of others is left alone
 * once the watchdog hands it over: the next one goes on with what waits. Thread-safe.
 */
public final class TargetMailbox implements Executor {
  /** The most tasks that wait; a poster beyond it is told so. */
  public static final int MOST_WAITING = 1_024;

  private final Executor pool;
  private final Consumer<Throwable> failures;
  private final Deque<Runnable> waiting = new ArrayDeque<>();
  private boolean running;

  /** Who may take tasks; null while nobody does. */
  private @Nullable Object turn;

  private boolean closed;

  /**
   * @param pool runs the tasks
   * @param failures hears of what a task threw, on the thread of the task
   */
  public TargetMailbox(Executor pool, Consumer<Throwable> failures) {
    this.pool = requireNonNull(pool, "pool");
    this.failures = requireNonNull(failures, "failures");
  }

  /**
   * Queues a task.
   *
   * @return false when the mailbox is full or closed; the task will not run then
   */
  public boolean post(Runnable task) {
    requireNonNull(task, "task");
    synchronized (waiting) {
      if (closed || waiting.size() >= MOST_WAITING) {
        return false;
      }
      waiting.add(task);
      if (running) {
        return true;
      }
      running = true;
    }
    return start();
  }

  /** As {@link #post}, for APIs that take an executor; throws where that answers false. */
  @Override
  public void execute(Runnable task) {
    if (!post(task)) {
      throw new RejectedExecutionException("The mailbox of the target is full or closed");
    }
  }

  /** How many tasks wait. */
  public int waiting() {
    synchronized (waiting) {
      return waiting.size();
    }
  }

  /** Takes no more tasks; those that wait still run. */
  public void close() {
    synchronized (waiting) {
      closed = true;
    }
  }

  private boolean start() {
    try {
      pool.execute(this::drain);
      return true;
    } catch (RejectedExecutionException e) {
      synchronized (waiting) {
        // The pool is shut down: nobody will ever run these.
        running = false;
        waiting.clear();
      }
      return false;
    }
  }

  private void drain() {
    Object mine = new Object();
    synchronized (waiting) {
      turn = mine;
    }
    HandOvers.run(() -> drain(mine), () -> handOver(mine));
  }

  /** The task that runs is stuck: what waits is run by another thread, never at once with it. */
  private void handOver(Object stuck) {
    synchronized (waiting) {
      if (turn != stuck) {
        return;
      }
      turn = null;
    }
    boolean unused = start(); // a pool that is shut down has emptied the mailbox
  }

  private void drain(Object mine) {
    while (true) {
      Runnable task;
      synchronized (waiting) {
        if (turn != mine) {
          return;
        }
        task = waiting.poll();
        if (task == null) {
          running = false;
          turn = null;
          return;
        }
      }
      try {
        task.run();
      } catch (Throwable e) { // code of plugins runs here; it must not stop the mailbox
        failures.accept(e);
      }
    }
  }
}
