package io.vllmmonitor.persistence.query;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.sample.Labels;
import io.vllmmonitor.api.sample.Sample;
import io.vllmmonitor.api.sample.SeriesData;
import java.util.List;

/** What an expression evaluates to, in Prometheus' four shapes. Immutable. */
public sealed interface QueryResult {
  /** One number. */
  record ScalarResult(long epochMillis, double value) implements QueryResult {}

  /** One text. */
  record StringResult(long epochMillis, String value) implements QueryResult {
    public StringResult {
      requireNonNull(value, "value");
    }
  }

  /**
   * One value per series, sorted by series.
   *
   * @param samples at the moment that was asked for, not when they were measured
   */
  record VectorResult(List<Sample> samples) implements QueryResult {
    public VectorResult {
      samples = List.copyOf(samples);
    }
  }

  /**
   * A row of values per series, sorted by series; a series without a value is left out. A number
   * over time is one series with an empty name and {@link Labels#none() no labels}.
   */
  record MatrixResult(List<SeriesData> series) implements QueryResult {
    public MatrixResult {
      series = List.copyOf(series);
    }
  }
}
