package io.vllmmonitor.core.plugin;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.plugin.Registration;
import io.vllmmonitor.api.plugin.Schedule;
import io.vllmmonitor.core.telemetry.Problems;
import io.vllmmonitor.core.worker.Outcome;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/** The scheduled tasks of one set of instances. Thread-safe. */
final class UnitSchedule implements Schedule {
  private final ServiceScope scope;
  private final PluginTimer timer;
  private final Problems problems;
  private final Set<Task> tasks = new HashSet<>();
  private boolean quiet;

  UnitSchedule(ServiceScope scope, PluginTimer timer, Problems problems) {
    this.scope = scope;
    this.timer = timer;
    this.problems = problems;
    scope.whenQuiet(this::end);
  }

  @Override
  public Registration every(Duration pause, Runnable task) {
    return start(new Task(task, true), pause);
  }

  @Override
  public Registration after(Duration delay, Runnable task) {
    return start(new Task(task, false), delay);
  }

  private Registration start(Task task, Duration pause) {
    if (pause.compareTo(SHORTEST) < 0) {
      throw new IllegalArgumentException(
          "A task of a plugin waits at least 1 s, found " + pause.toMillis() + " ms");
    }
    synchronized (tasks) {
      scope.check();
      if (quiet) {
        throw new IllegalStateException(
            "Plugin " + scope.unit() + " is being unloaded; it cannot schedule anything");
      }
      if (tasks.size() >= MOST_TASKS) {
        throw new IllegalStateException(
            "Plugin "
                + scope.unit()
                + " has scheduled "
                + MOST_TASKS
                + " tasks already; close one of their registrations first");
      }
      tasks.add(task);
      task.start(pause);
    }
    return task;
  }

  private void end() {
    List<Task> left;
    synchronized (tasks) {
      quiet = true;
      left = List.copyOf(tasks);
    }
    left.forEach(Task::close);
    problems.clear(subject());
  }

  private String subject() {
    return "tasks of " + scope.unit();
  }

  /** One task; holds the plugin's code until it ends. */
  private final class Task implements Registration {
    private final boolean repeats;
    private volatile @Nullable Runnable work;
    private volatile @Nullable Thread runner;
    private @Nullable Future<?> future;
    private boolean failing; // of the thread that runs the rounds, one at a time

    Task(Runnable work, boolean repeats) {
      this.work = java.util.Objects.requireNonNull(work, "task");
      this.repeats = repeats;
    }

    synchronized void start(Duration pause) {
      future = repeats ? timer.every(pause, this::round) : timer.after(pause, this::round);
    }

    private void round() {
      Runnable current = work;
      if (current == null) {
        return;
      }
      Outcome<Boolean> outcome = timer.worker().run(() -> perform(current));
      boolean late = outcome.kind() == Outcome.Kind.LATE;
      if (isActive()) {
        report(outcome);
      }
      if (late || !repeats) {
        finish(false);
      }
    }

    private boolean perform(Runnable current) {
      runner = Thread.currentThread();
      try {
        current.run();
      } finally {
        runner = null;
      }
      return true;
    }

    private void report(Outcome<Boolean> outcome) {
      String what = "A scheduled task of " + scope.unit();
      switch (outcome.kind()) {
        case DONE -> {
          if (failing) {
            problems.clear(subject());
          }
          failing = false;
        }
        case FAILED -> {
          Throwable thrown = outcome.thrown();
          failing = true;
          if (thrown instanceof MonitorException known) {
            problems.note(
                known.code(), known.blame(), subject(), String.valueOf(known.getMessage()));
          } else {
            note(what + " threw " + Failures.describe(thrown));
          }
        }
        case LATE ->
            note(
                what
                    + " did not end within "
                    + timer.worker().deadline().toMillis()
                    + " ms; it was interrupted and does not run again");
        case REFUSED ->
            note(
                what
                    + " did not run: "
                    + timer.worker().abandoned()
                    + " tasks of plugins never ended; restart the daemon");
      }
    }

    private void note(String message) {
      failing = true;
      problems.note(ErrorCode.PLUGIN_CALL_FAILED, Blame.PLUGIN, subject(), message);
    }

    @Override
    public boolean isActive() {
      return work != null;
    }

    @Override
    public void close() {
      // A task that ends itself comes to its end undisturbed.
      finish(runner != Thread.currentThread());
    }

    private void finish(boolean interrupt) {
      synchronized (tasks) {
        tasks.remove(this);
      }
      synchronized (this) {
        work = null;
        if (future != null) {
          future.cancel(interrupt);
          future = null;
        }
      }
    }
  }
}
