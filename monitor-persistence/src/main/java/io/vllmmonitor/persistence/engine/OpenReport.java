package io.vllmmonitor.persistence.engine;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.history.Problem;
import io.vllmmonitor.api.store.SeriesStore;
import java.time.Duration;
import java.util.List;

/**
 * What the opening of the stores found. Immutable.
 *
 * @param fresh whether there was no {@code monitor.db} before
 * @param problems losses and damage, STORE_DAMAGED each; empty when all is well. Each is told at
 *     one start only: write it down
 * @param series what is there
 * @param duration of the opening
 */
public record OpenReport(
    boolean fresh, List<Problem> problems, SeriesStore.Statistics series, Duration duration) {
  public OpenReport {
    problems = List.copyOf(problems);
    requireNonNull(series, "series");
    requireNonNull(duration, "duration");
  }
}
