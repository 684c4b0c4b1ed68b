package io.vllmmonitor.testkit.plugin;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.plugin.Registration;
import io.vllmmonitor.api.plugin.Schedule;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Scheduled tasks that run when the test says so, on its thread, by the time of its clock. What a
 * task throws comes out of {@link #runDue}. Confined to one thread.
 */
public final class FakeSchedule implements Schedule {
  private final InstantSource clock;
  private final List<Task> tasks = new ArrayList<>();
  private boolean ended;

  FakeSchedule(InstantSource clock) {
    this.clock = requireNonNull(clock, "clock");
  }

  @Override
  public Registration every(Duration pause, Runnable task) {
    return add(pause, task, pause);
  }

  @Override
  public Registration after(Duration delay, Runnable task) {
    return add(delay, task, null);
  }

  private Registration add(Duration delay, Runnable task, @Nullable Duration pause) {
    if (delay.compareTo(SHORTEST) < 0) {
      throw new IllegalArgumentException("A task of a plugin waits at least 1 s, found " + delay);
    }
    if (ended || tasks.size() >= MOST_TASKS) {
      throw new IllegalStateException(
          ended ? "The plugin was unloaded" : "The plugin has " + MOST_TASKS + " tasks already");
    }
    Task added = new Task(task, pause, clock.instant().plus(delay));
    tasks.add(added);
    return added;
  }

  /** How many tasks wait for their time. */
  public int waiting() {
    return tasks.size();
  }

  /** When the next task is due; empty when none waits. */
  public Optional<Instant> nextAt() {
    return tasks.stream().map(task -> task.due).min(Comparator.naturalOrder());
  }

  /** Runs every task that is due by now, the longest due first, each once. */
  public void runDue() {
    Instant now = clock.instant();
    List<Task> due =
        tasks.stream()
            .filter(task -> !task.due.isAfter(now))
            .sorted(Comparator.comparing((Task task) -> task.due))
            .toList();
    for (Task task : due) {
      if (task.isActive()) {
        task.run(now);
      }
    }
  }

  void end() {
    ended = true;
    tasks.clear();
  }

  private final class Task implements Registration {
    private final Runnable work;
    private final @Nullable Duration pause;
    private Instant due;

    Task(Runnable work, @Nullable Duration pause, Instant due) {
      this.work = requireNonNull(work, "task");
      this.pause = pause;
      this.due = due;
    }

    void run(Instant now) {
      if (pause == null) {
        close();
      } else {
        due = now.plus(pause);
      }
      work.run();
    }

    @Override
    public boolean isActive() {
      return tasks.contains(this);
    }

    @Override
    public void close() {
      tasks.remove(this);
    }
  }
}
