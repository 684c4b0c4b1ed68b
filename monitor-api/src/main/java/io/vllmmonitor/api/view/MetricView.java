package io.vllmmonitor.api.view;

import io.vllmmonitor.api.extension.Incubating;
import io.vllmmonitor.api.target.TargetId;
import java.time.Instant;

/**
 * The recent samples of one target at one instant, for whoever judges them. Every method takes a
 * metric name or a selector such as {@code name{engine="0"}}; names that changed between releases
 * of the server are resolved through the aliases of the source, so write the current name. Only
 * {@code =} and {@code !=} are allowed in selectors here.
 *
 * <p><b>No data is never a pass.</b> {@link #value}, {@link #sum}, {@link #max}, {@link #min},
 * {@link #mean}, {@link #increase}, {@link #rate}, {@link #slope}, {@link #quantile} and {@link
 * #age} answer NaN when there is nothing to answer from, <em>and mark the evaluation</em>: a pass
 * from a marked evaluation becomes {@code unknown}. {@link #has} and {@link #valueOr} do not mark,
 * so use them for what may be missing.
 *
 * <p>A sample is fresh for {@code max(3 scrape intervals, 15 s)}; older ones count as missing, and
 * so does a series that left the page. Windows reach back at most one hour. Confined to the thread
 * that evaluates; do not keep it after the call.
 */
@Incubating(review = "2027-03-01")
public interface MetricView {
  /** The target looked at. */
  TargetId target();

  /** The instant of the view: the time of the newest scrape, or the virtual time of a replay. */
  Instant now();

  /**
   * Whether the guardrail that looks is firing already; false for everyone else. Use it for
   * hysteresis: {@code double limit = view.firing() ? 0.85 : 0.95}.
   */
  boolean firing();

  /** Whether at least one matching series has a fresh sample. Does not mark. */
  boolean has(String selector);

  /**
   * The newest value of the one matching series.
   *
   * @throws io.vllmmonitor.api.error.MonitorException SELECTOR_AMBIGUOUS, listing them, when
   *     several series match; use {@link #sum}, {@link #max} or a label then
   */
  double value(String selector);

  /**
   * The newest value of the one matching series, or the fallback when there is none. Does not mark.
   *
   * @throws io.vllmmonitor.api.error.MonitorException SELECTOR_AMBIGUOUS when several series match
   */
  double valueOr(String selector, double fallback);

  /** The sum of the newest values of all matching series. */
  double sum(String selector);

  /** The largest of the newest values of all matching series. */
  double max(String selector);

  /** The smallest of the newest values of all matching series. */
  double min(String selector);

  /** The mean over the window of all samples of all matching series (gauges). */
  double mean(String selector, double seconds);

  /**
   * By how much the counters grew within the window, summed over all matching series; a reset
   * counts from zero. Not extrapolated to the edges of the window. NaN (marked) when the window
   * holds fewer than two samples.
   */
  double increase(String selector, double seconds);

  /** {@link #increase} per second of the time that the samples of the window really span. */
  double rate(String selector, double seconds);

  /**
   * The slope of the least-squares line through the window, per second, summed over all matching
   * series (gauges). NaN (marked) with fewer than three samples.
   */
  double slope(String selector, double seconds);

  /**
   * A quantile of a histogram over the window, by linear interpolation inside the bucket as
   * Prometheus' {@code histogram_quantile} does. All matching series are added up first.
   *
   * @param histogram the family name without {@code _bucket}, with matchers where wanted
   * @param q from 0 to 1
   * @return NaN (marked) when nothing was observed within the window
   */
  double quantile(String histogram, double q, double seconds);

  /** Seconds since the newest sample of the matching series; the youngest counts. */
  double age(String selector);
}
