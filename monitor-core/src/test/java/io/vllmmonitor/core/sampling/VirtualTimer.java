package io.vllmmonitor.core.sampling;

import io.vllmmonitor.testkit.time.ManualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** A timer on a clock that only the test moves. Tasks run on the thread that moves it. */
final class VirtualTimer implements Timer {
  private final ManualClock clock;
  private final List<Task> tasks = new ArrayList<>();
  private long nanos;

  private record Task(long due, Runnable run) {}

  VirtualTimer(ManualClock clock) {
    this.clock = clock;
  }

  synchronized long nanos() {
    return nanos;
  }

  @Override
  public synchronized Cancellable after(Duration delay, Runnable run) {
    Task task = new Task(nanos + Math.max(0, delay.toNanos()), run);
    tasks.add(task);
    return () -> {
      synchronized (this) {
        tasks.remove(task);
      }
    };
  }

  /** Moves on, running what is due at its own time. */
  void advance(Duration step) {
    long end = nanos() + step.toNanos();
    for (Optional<Task> next = next(end); next.isPresent(); next = next(end)) {
      next.get().run().run();
    }
    moveTo(end);
  }

  /** Lets time pass without running anything, like a process that was stopped. */
  synchronized void freeze(Duration step) {
    moveTo(nanos + step.toNanos());
  }

  private synchronized Optional<Task> next(long end) {
    Optional<Task> next =
        tasks.stream().filter(task -> task.due <= end).min(Comparator.comparingLong(Task::due));
    next.ifPresent(
        task -> {
          tasks.remove(task);
          moveTo(Math.max(nanos, task.due));
        });
    return next;
  }

  private synchronized void moveTo(long time) {
    clock.advance(Duration.ofNanos(time - nanos));
    nanos = time;
  }
}
