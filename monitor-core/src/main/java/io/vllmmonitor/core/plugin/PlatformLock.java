package io.vllmmonitor.core.plugin;

import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The two locks of the platform: one change of code at a time, and whatever the change touches. A
 * change holds both; whoever only needs what stands now, such as the instances for a new target,
 * waits for the second one alone. Something slow in the middle of a change, such as a rehearsal,
 * lets go of the second one.
 */
final class PlatformLock {
  private final ReentrantLock changes = new ReentrantLock();
  private final ReentrantLock state = new ReentrantLock();
  private final Object ends = new Object();
  private @Nullable Thread outsider; // guarded by ends
  private boolean ending; // guarded by ends

  /** A change of what runs. */
  <T> T change(Supplier<T> work) {
    changes.lock();
    try {
      return use(work);
    } finally {
      changes.unlock();
    }
  }

  /** Something that needs what runs to stand still. */
  <T> T use(Supplier<T> work) {
    state.lock();
    try {
      return work.get();
    } finally {
      state.unlock();
    }
  }

  /**
   * Something slow within a change: no other change comes between, but what runs may be used. It is
   * interrupted when the platform ends.
   */
  @SuppressWarnings("LockNotBeforeTry") // it is given back here, to whoever holds it above
  <T> T outside(Supplier<T> work) {
    int holds = state.getHoldCount();
    setOutsider(Thread.currentThread());
    for (int i = 0; i < holds; i++) {
      state.unlock();
    }
    try {
      return work.get();
    } finally {
      setOutsider(null);
      for (int i = 0; i < holds; i++) {
        state.lock();
      }
    }
  }

  /** Nothing slow is to begin any more, and what is under way is interrupted. */
  void end() {
    synchronized (ends) {
      ending = true;
      if (outsider != null) {
        outsider.interrupt();
      }
    }
  }

  /** Whether the platform ends. */
  boolean isEnding() {
    synchronized (ends) {
      return ending;
    }
  }

  private void setOutsider(@Nullable Thread thread) {
    synchronized (ends) {
      outsider = thread;
      if (!ending) {
        return;
      }
      if (thread == null) {
        // It was meant for what is over now, and not for what its thread does next.
        boolean unused = Thread.interrupted();
      } else {
        thread.interrupt();
      }
    }
  }
}
