package io.vllmmonitor.core.worker;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/**
 * How a task of a {@link DeadlineWorker} ended. Immutable. A failure may hold on to the class
 * loader that threw it: turn it into text and let it go.
 *
 * @param value null unless it is DONE, and where the task answered null
 * @param failure null unless it FAILED
 */
public record Outcome<T>(Kind kind, @Nullable T value, @Nullable Throwable failure) {
  /** The ways a task can end. */
  public enum Kind {
    DONE,
    FAILED,
    /** The deadline passed; the thread was interrupted and abandoned. */
    LATE,
    /** Not even started: too many abandoned threads are still alive. */
    REFUSED
  }

  public Outcome {
    requireNonNull(kind, "kind");
  }

  /** The value of a task that is DONE and did not answer null. */
  public T get() {
    return requireNonNull(value, "value");
  }

  /** The failure of a task that FAILED. */
  public Throwable thrown() {
    return requireNonNull(failure, "failure");
  }
}
