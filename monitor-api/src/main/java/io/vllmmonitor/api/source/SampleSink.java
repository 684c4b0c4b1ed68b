package io.vllmmonitor.api.source;

import io.vllmmonitor.api.extension.Incubating;
import io.vllmmonitor.api.sample.SeriesKey;

/**
 * Takes what one collection brings. The core adds {@code job} and {@code instance}, renames
 * clashing labels to {@code exported_…}, stamps the time and marks series that vanished. Samples of
 * a collection that throws are dropped as a whole, its signals are kept. Confined to the call of
 * {@link MetricsSource#collect}.
 */
@Incubating(review = "2027-03-01")
public interface SampleSink {
  /**
   * One sample, under the labels of the page. Passing the same key object for the same series in
   * every collection saves the core a look-up.
   *
   * @throws io.vllmmonitor.api.error.MonitorException SCRAPE_TOO_MANY_SAMPLES beyond 50,000,
   *     SCRAPE_DUPLICATE_SERIES when one series comes twice with different bits,
   *     SCRAPE_STALE_MARKER for a stale marker, which a target cannot send
   */
  void sample(SeriesKey series, double value);

  /** What was learned about the state of the target; the last call counts. */
  void signals(TargetSignals signals);
}
