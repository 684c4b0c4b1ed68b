package io.vllmmonitor.daemon.boot;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.daemon.web.PrometheusReads;
import io.vllmmonitor.persistence.query.PromJson;
import io.vllmmonitor.persistence.query.PromQuery;
import io.vllmmonitor.persistence.query.QueryLimits;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** Answers Prometheus queries from the store. Thread-safe. */
final class StoredPrometheus implements PrometheusReads {
  private final PromQuery queries;

  StoredPrometheus(PromQuery queries) {
    this.queries = requireNonNull(queries, "queries");
  }

  @Override
  public byte[] query(String expression, Instant at) {
    return PromJson.bytes(
        out -> PromJson.write(queries.instant(expression, at), out), QueryLimits.LARGEST_ANSWER);
  }

  @Override
  public byte[] queryRange(String expression, Instant start, Instant end, Duration step) {
    return PromJson.bytes(
        out -> PromJson.write(queries.range(expression, start, end, step), out),
        QueryLimits.LARGEST_ANSWER);
  }

  @Override
  public List<SeriesKey> series(List<String> match, Instant from, Instant to) {
    return queries.series(match, from, to);
  }

  @Override
  public List<String> labels(List<String> match, Instant from, Instant to) {
    return queries.labels(match, from, to);
  }

  @Override
  public List<String> labelValues(String label, List<String> match, Instant from, Instant to) {
    return queries.labelValues(label, match, from, to);
  }
}
