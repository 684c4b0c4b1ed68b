package io.vllmmonitor.api.plugin;

import io.vllmmonitor.api.extension.Incubating;

/** A task of a {@link Schedule}. Thread-safe. */
@Incubating(review = "2027-03-01")
public interface Registration extends AutoCloseable {
  /** Whether it will still run; false once it has run for the last time or was closed. */
  boolean isActive();

  /** Ends the task; one that runs just now is interrupted. A second call does nothing. */
  @Override
  void close();
}
