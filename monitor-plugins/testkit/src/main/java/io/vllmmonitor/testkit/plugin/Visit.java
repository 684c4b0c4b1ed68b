package io.vllmmonitor.testkit.plugin;

import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/**
 * Lets twins of a test class live and die in a thread of its own, which then stays alive, as the
 * core's threads do: what a thread local still holds after that is held for ever. Closing it ends
 * the thread.
 */
final class Visit implements AutoCloseable {
  private static final int LOOKS = 60;
  private static final long MILLIS_BETWEEN_LOOKS = 50;

  private final CountDownLatch lived = new CountDownLatch(1);
  private final CountDownLatch over = new CountDownLatch(1);
  private final ReferenceQueue<ClassLoader> queue = new ReferenceQueue<>();
  private final ThreadGroup group;
  private final Thread thread;
  private volatile @Nullable TwinLoader loader;
  private volatile @Nullable Throwable failure;
  private Map<String, Integer> early = Map.of();
  private Map<String, Integer> late = Map.of();

  private Visit(Class<?> test, TwinLoader loader, int lives) {
    this.loader = loader;
    this.group = new ThreadGroup("testkit visit of " + test.getSimpleName());
    String name = test.getName();
    this.thread = new Thread(group, () -> run(name, lives), "testkit-visitor");
    thread.setDaemon(true);
  }

  /** Twins live here, one after the other; returns when the last one is gone. */
  static Visit of(Class<?> test, TwinLoader loader, int lives) throws InterruptedException {
    Visit visit = new Visit(test, loader, lives);
    visit.thread.start();
    visit.lived.await();
    return visit;
  }

  private void run(String test, int lives) {
    try {
      live(test, lives);
    } catch (Throwable e) {
      failure = e;
    } finally {
      lived.countDown();
    }
    try {
      over.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void live(String test, int lives) throws Exception {
    TwinLoader twins = loader;
    if (twins == null) {
      return;
    }
    Class<?> type = Class.forName(test, true, twins);
    for (int i = 1; i <= lives; i++) {
      Twin.live(type);
      if (i == (lives + 1) / 2) {
        early = Reach.ofStatics(twins.defined(), twins);
      }
    }
    late = Reach.ofStatics(twins.defined(), twins);
  }

  /** What a life threw; empty when all went well. */
  Optional<Throwable> failure() {
    return Optional.ofNullable(failure);
  }

  /** The static fields that held more after the second half of the lives than after the first. */
  List<String> grown() {
    List<String> grown = new ArrayList<>();
    late.forEach(
        (field, count) -> {
          int before = early.getOrDefault(field, 0);
          if (count > before) {
            grown.add(field + " held " + before + " objects, then " + count);
          }
        });
    return grown;
  }

  /** The threads that were started here and do not end, by name. */
  List<String> threadsLeft() throws InterruptedException {
    Thread[] all = new Thread[1_000];
    int count = group.enumerate(all, true);
    List<String> left = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      if (all[i] != thread) {
        all[i].join(LOOKS * MILLIS_BETWEEN_LOOKS / 5);
        if (all[i].isAlive()) {
          left.add(all[i].getName());
        }
      }
    }
    return left;
  }

  /** Whether the twins' class loader can be collected while the visitor's thread lives on. */
  boolean isFreed() throws InterruptedException {
    WeakReference<ClassLoader> reference = new WeakReference<>(loader, queue);
    failure = null;
    loader = null;
    for (int i = 0; i < LOOKS; i++) {
      System.gc();
      if (queue.remove(MILLIS_BETWEEN_LOOKS) != null) {
        return true;
      }
    }
    return reference.get() == null;
  }

  @Override
  public void close() {
    over.countDown();
  }
}
