package io.vllmmonitor.persistence.series;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.persistence.config.PersistenceConfig;
import io.vllmmonitor.persistence.config.PersistenceConfig.Synchronous;
import java.time.Duration;

/**
 * What can be chosen about the store of samples. Immutable.
 *
 * @param outOfOrderWindow how far a pushed sample may lie behind the newest of its series
 * @param maxSeries how many series there may be
 * @param batchSize scrapes of one target that are moved from the journal into a block; at most
 *     {@value #MOST_BATCH} count
 * @param synchronous how far a commit goes before it is acknowledged
 */
public record SeriesOptions(
    Duration outOfOrderWindow, int maxSeries, int batchSize, Synchronous synchronous) {
  private static final int MOST_BATCH = 600;

  public SeriesOptions {
    requireNonNull(outOfOrderWindow, "outOfOrderWindow");
    requireNonNull(synchronous, "synchronous");
    batchSize = Math.min(batchSize, MOST_BATCH);
  }

  /** The defaults. */
  public static SeriesOptions standard() {
    return new SeriesOptions(Duration.ofMinutes(10), 1_000_000, MOST_BATCH, Synchronous.FULL);
  }

  /** What a configuration says. */
  public static SeriesOptions of(PersistenceConfig config) {
    return new SeriesOptions(
        config.outOfOrderWindow(), config.maxSeries(), config.batchSize(), config.synchronous());
  }
}
