package io.vllmmonitor.benchmarks.workload;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.sample.SeriesKey;
import java.util.List;

/**
 * What one scrape brought. Neither list nor array is copied, since there are many thousands of
 * them; nobody changes them.
 *
 * @param series the very same object from scrape to scrape while the page keeps its shape
 * @param values as many as there are series
 */
@SuppressWarnings("ArrayRecordComponent")
public record Scrape(List<SeriesKey> series, double[] values) {
  public Scrape {
    requireNonNull(series, "series");
    if (series.size() != values.length) {
      throw new IllegalArgumentException(series.size() + " series, " + values.length + " values");
    }
  }
}
