package io.vllmmonitor.core.notify;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.extension.Extension;
import io.vllmmonitor.core.extension.Bound;
import io.vllmmonitor.core.telemetry.CaughtFailure;
import io.vllmmonitor.core.telemetry.OwnCounter;
import io.vllmmonitor.core.telemetry.OwnMetrics;
import io.vllmmonitor.core.telemetry.Problems;
import io.vllmmonitor.core.worker.DeadlineWorker;
import io.vllmmonitor.core.worker.DetachedThreads;
import io.vllmmonitor.core.worker.Outcome;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Brings items to every live receiver of one kind: a queue and a thread per receiver, in order.
 * Receivers are looked up by their id at every try, so that new code under an id goes on with the
 * queue of the old; what waits for one that is gone is dropped. Everything dropped is counted by
 * reason. Thread-safe.
 */
final class Delivery<E extends Extension, T> implements AutoCloseable {
  private static final int MOST_ABANDONED = 2;
  private static final long IDLE_NANOS = TimeUnit.MINUTES.toNanos(1);

  private final DeliveryRules rules;
  private final Supplier<List<Bound<E>>> receivers;
  private final BiConsumer<E, T> call;
  private final Problems problems;
  private final OwnCounter delivered;
  private final OwnCounter dropped;
  private final DetachedThreads threads;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<String, Lane> lanes = new HashMap<>();
  private boolean closing;

  /**
   * @param receivers the live ones, asked at every item and every try
   * @param call hands one item to one receiver
   */
  Delivery(
      DeliveryRules rules,
      Supplier<List<Bound<E>>> receivers,
      BiConsumer<E, T> call,
      OwnMetrics metrics,
      Problems problems) {
    this.rules = requireNonNull(rules, "rules");
    this.receivers = requireNonNull(receivers, "receivers");
    this.call = requireNonNull(call, "call");
    this.problems = requireNonNull(problems, "problems");
    String receiver = rules.receiver();
    delivered =
        metrics.counter(
            rules.metric() + "_delivered",
            "What the " + receiver + " took of " + rules.metric() + ".",
            receiver);
    dropped =
        metrics.counter(
            rules.metric() + "_dropped",
            "What the " + receiver + " never got of " + rules.metric() + ", by reason.",
            receiver,
            "reason");
    threads = new DetachedThreads(receiver);
  }

  /** Queues an item for everyone there is now; never waits. */
  void offer(T item) {
    requireNonNull(item, "item");
    List<Bound<E>> present = receivers.get();
    lock.lock();
    try {
      for (Bound<E> bound : present) {
        if (!bound.shadow()) {
          String id = bound.extension().id();
          if (closing) {
            dropped.increment(id, "stopped");
          } else {
            lanes.computeIfAbsent(id, this::begun).add(item);
          }
        }
      }
    } finally {
      lock.unlock();
    }
  }

  private Lane begun(String id) {
    Lane lane = new Lane(id);
    lane.thread = threads.newThread(lane);
    lane.thread.start();
    return lane;
  }

  private Optional<Bound<E>> find(String id) {
    return receivers.get().stream()
        .filter(bound -> !bound.shadow() && bound.extension().id().equals(id))
        .findFirst();
  }

  /** How many items wait for a receiver. */
  int waiting(String id) {
    lock.lock();
    try {
      Lane lane = lanes.get(id);
      return lane == null ? 0 : lane.queue.size();
    } finally {
      lock.unlock();
    }
  }

  /** Brings what is queued, as long as patience lasts; the rest is dropped and counted. */
  @Override
  public void close() {
    List<Lane> open;
    lock.lock();
    try {
      closing = true;
      open = List.copyOf(lanes.values());
      open.forEach(lane -> lane.changed.signalAll());
    } finally {
      lock.unlock();
    }
    long end = System.nanoTime() + rules.patience().toNanos();
    for (Lane lane : open) {
      lane.end(Math.max(1, TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime())));
    }
    threads.close();
  }

  /** The queue of one receiver. Guarded by the lock, except while it delivers. */
  private final class Lane implements Runnable {
    private final String id;
    private final Condition changed = lock.newCondition();
    private final Deque<T> queue = new ArrayDeque<>();
    private final DeadlineWorker worker;
    private @Nullable Thread thread;
    private boolean failing;

    Lane(String id) {
      this.id = id;
      this.worker =
          new DeadlineWorker(rules.receiver() + "-call", rules.deadline(), MOST_ABANDONED);
    }

    void add(T item) {
      if (queue.size() >= rules.capacity()) {
        queue.removeFirst();
        dropped.increment(id, "full");
      }
      queue.addLast(item);
      changed.signalAll();
    }

    @Override
    public void run() {
      for (T item = next(); item != null; item = next()) {
        deliver(item);
      }
    }

    /** Waits for the next item; null means the end of this lane. */
    private @Nullable T next() {
      lock.lock();
      try {
        while (queue.isEmpty() && !closing) {
          long left = changed.awaitNanos(IDLE_NANOS);
          if (left <= 0 && queue.isEmpty() && find(id).isEmpty()) {
            break;
          }
        }
        T item = queue.pollFirst();
        if (item == null) {
          lanes.remove(id);
        }
        return item;
      } catch (InterruptedException e) {
        // Only the end interrupts: its patience is over.
        Thread.currentThread().interrupt();
        return null;
      } finally {
        lock.unlock();
      }
    }

    private void deliver(T item) {
      for (int attempt = 0; attempt <= rules.retries(); attempt++) {
        if (attempt > 0 && !pause(attempt)) {
          break;
        }
        Bound<E> bound = find(id).orElse(null);
        if (bound == null) {
          dropped.increment(id, "gone");
          dropAll("gone");
          well();
          return;
        }
        Outcome<Boolean> outcome = worker.run(() -> performed(bound, item));
        switch (outcome.kind()) {
          case DONE -> {
            delivered.increment(id);
            well();
            return;
          }
          case FAILED -> {
            CaughtFailure failure =
                CaughtFailure.of(outcome.thrown(), ErrorCode.PLUGIN_CALL_FAILED);
            note(failure.code(), failure.blame(), failure.message());
          }
          case LATE, REFUSED -> {
            note(
                ErrorCode.PLUGIN_CALL_FAILED,
                Blame.PLUGIN,
                "It did not take its item within "
                    + rules.deadline().toMillis()
                    + " ms; the item is dropped");
            dropped.increment(id, "late");
            return;
          }
        }
      }
      dropped.increment(id, "failed");
    }

    private boolean performed(Bound<E> bound, T item) {
      call.accept(bound.extension(), item);
      return true;
    }

    /** False when the end came meanwhile, which is no time for another try. */
    private boolean pause(int attempt) {
      long left = rules.pause().multipliedBy(attempt).toNanos();
      lock.lock();
      try {
        while (left > 0 && !closing) {
          left = changed.awaitNanos(left);
        }
        return !closing;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return false;
      } finally {
        lock.unlock();
      }
    }

    private void dropAll(String reason) {
      lock.lock();
      try {
        dropped.add(queue.size(), id, reason);
        queue.clear();
      } finally {
        lock.unlock();
      }
    }

    private void note(ErrorCode code, Blame blame, String message) {
      failing = true;
      problems.note(code, blame, subject(), message);
    }

    private void well() {
      if (failing) {
        failing = false;
        problems.clear(subject());
      }
    }

    private String subject() {
      return rules.receiver() + " " + id;
    }

    private void end(long millis) {
      Thread running = requireNonNull(thread, "thread");
      try {
        running.join(millis);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      dropAll("stopped");
      running.interrupt();
    }
  }
}
