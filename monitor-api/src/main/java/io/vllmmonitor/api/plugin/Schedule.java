package io.vllmmonitor.api.plugin;

import io.vllmmonitor.api.extension.Incubating;
import java.time.Duration;

/**
 * Work that a plugin does by itself, now and then, beside what it is called for. Tasks run on
 * threads of the monitor, beside the calls of the plugin's extensions: guard what both touch. One
 * task runs at a time per registration, within 30 s; one that takes longer is interrupted, becomes
 * a problem and does not run again. What a task throws becomes a problem, and it runs again at its
 * time. All end before the extensions are closed. At most {@value #MOST_TASKS} per set of
 * instances. Thread-safe.
 */
@Incubating(review = "2027-03-01")
public interface Schedule {
  /** The most tasks of one set of instances, waiting and running. */
  int MOST_TASKS = 16;

  /** The shortest pause and the shortest delay. */
  Duration SHORTEST = Duration.ofSeconds(1);

  /**
   * Runs a task again and again, first after one pause.
   *
   * @param pause from the end of one run to the start of the next, at least 1 s
   * @throws IllegalArgumentException when the pause is shorter
   * @throws IllegalStateException when there are {@value #MOST_TASKS} already, or after the plugin
   *     was unloaded
   */
  Registration every(Duration pause, Runnable task);

  /**
   * Runs a task once.
   *
   * @param delay at least 1 s
   * @throws IllegalArgumentException when the delay is shorter
   * @throws IllegalStateException when there are {@value #MOST_TASKS} already, or after the plugin
   *     was unloaded
   */
  Registration after(Duration delay, Runnable task);
}
