package io.vllmmonitor.persistence.rollup;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.sample.SeriesKey;

/**
 * All samples of one series in one hour, as one row. Immutable.
 *
 * @param hourStart epoch milliseconds, exclusive; the hour ends, inclusive, 3,600,000 later
 * @param count at least 1
 */
public record HourlyRow(
    SeriesKey series,
    long hourStart,
    long count,
    double minimum,
    double maximum,
    double sum,
    double last) {
  public HourlyRow {
    requireNonNull(series, "series");
  }
}
