package io.vllmmonitor.daemon.boot;

import io.vllmmonitor.core.sampling.Timer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** A timer and a clock that only the test moves. Tasks run on the thread that moves them. */
final class VirtualTimer implements Timer, InstantSource {
  private final List<Task> tasks = new ArrayList<>();
  private final Instant start;
  private long nanos;

  private record Task(long due, Runnable run) {}

  VirtualTimer(Instant start) {
    this.start = start;
  }

  @Override
  public synchronized Instant instant() {
    return start.plusNanos(nanos);
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
    synchronized (this) {
      nanos = end;
    }
  }

  private synchronized Optional<Task> next(long end) {
    Optional<Task> next =
        tasks.stream().filter(task -> task.due() <= end).min(Comparator.comparingLong(Task::due));
    next.ifPresent(
        task -> {
          tasks.remove(task);
          nanos = Math.max(nanos, task.due());
        });
    return next;
  }
}
