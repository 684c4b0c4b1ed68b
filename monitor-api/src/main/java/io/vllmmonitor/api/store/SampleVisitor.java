package io.vllmmonitor.api.store;

import io.vllmmonitor.api.extension.Incubating;
import io.vllmmonitor.api.sample.SeriesKey;

/**
 * Takes the samples of one series after the other from {@link SeriesStore#scan}, on the thread that
 * called it. What it throws ends the scan.
 */
@FunctionalInterface
@Incubating(review = "2027-03-01")
public interface SampleVisitor {
  /**
   * All samples of one series in the span, oldest first, stale markers included.
   *
   * @param epochMillis milliseconds since 1970; they grow strictly
   * @param values of the same length or longer. Both arrays belong to the store: they are read
   *     only, and mean nothing after this call
   * @param count how many samples there are, at least 1
   */
  void series(SeriesKey series, long[] epochMillis, double[] values, int count);
}
