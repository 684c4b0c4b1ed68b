package io.vllmmonitor.core.plugin;

import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * The two locks of the platform: one change of code at a time, and whatever the change touches. A
 * change holds both; whoever only needs what stands now, such as the instances for a new target,
 * waits for the second one alone. Something slow in the middle of a change, such as a rehearsal,
 * lets go of the second one.
 */
final class PlatformLock {
  private final ReentrantLock changes = new ReentrantLock();
  private final ReentrantLock state = new ReentrantLock();

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

  /** Something slow within a change: no other change comes between, but what runs may be used. */
  @SuppressWarnings("LockNotBeforeTry") // it is given back here, to whoever holds it above
  <T> T outside(Supplier<T> work) {
    int holds = state.getHoldCount();
    for (int i = 0; i < holds; i++) {
      state.unlock();
    }
    try {
      return work.get();
    } finally {
      for (int i = 0; i < holds; i++) {
        state.lock();
      }
    }
  }
}
