package io.vllmmonitor.daemon.web;

import io.vllmmonitor.api.sample.SeriesKey;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * Evaluates Prometheus expressions and selectors. Called on the threads of the HTTP server, a few
 * at a time.
 *
 * <p>All methods throw {@link io.vllmmonitor.api.error.MonitorException}: QUERY_MALFORMED,
 * SELECTOR_MALFORMED, QUERY_UNSUPPORTED, QUERY_TOO_LARGE, QUERY_TIMEOUT or HTTP_BAD_REQUEST.
 */
public interface PrometheusReads {
  /**
   * The value of an expression at an instant.
   *
   * @return the whole answer as JSON, {@code {"status":"success","data":…}}
   */
  byte[] query(String expression, Instant at);

  /**
   * The values of an expression at {@code start}, {@code start + step} and so on up to {@code end}.
   *
   * @param step more than zero
   * @return the whole answer as JSON, {@code {"status":"success","data":…}}
   */
  byte[] queryRange(String expression, Instant start, Instant end, Duration step);

  /**
   * The series that match any of the selectors and have a sample in the span, both ends inclusive.
   *
   * @param match at least one selector
   */
  List<SeriesKey> series(List<String> match, Instant from, Instant to);

  /** The label names of the matching series, sorted; of all series without a selector. */
  List<String> labels(List<String> match, Instant from, Instant to);

  /** The values of one label among the matching series, sorted; of all without a selector. */
  List<String> labelValues(String label, List<String> match, Instant from, Instant to);
}
