package io.vllmmonitor.persistence.json;

import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;

/**
 * Keeps the rewriting of files apart from their copying. Whoever replaces, cuts or deletes files
 * does it in here; whoever copies them does it while none of that happens. Appending goes on.
 * Thread-safe.
 */
public final class Rewriting {
  private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();

  /** Rewrites files; waits while they are copied. */
  public void run(Runnable work) {
    lock.writeLock().lock();
    try {
      work.run();
    } finally {
      lock.writeLock().unlock();
    }
  }

  /** Rewrites files unless they are being copied or rewritten; then it does nothing. */
  public void runIfFree(Runnable work) {
    if (lock.writeLock().tryLock()) {
      try {
        work.run();
      } finally {
        lock.writeLock().unlock();
      }
    }
  }

  /** Copies files, while none of them is rewritten. */
  public <T> T pausedFor(Supplier<T> work) {
    lock.readLock().lock();
    try {
      return work.get();
    } finally {
      lock.readLock().unlock();
    }
  }
}
