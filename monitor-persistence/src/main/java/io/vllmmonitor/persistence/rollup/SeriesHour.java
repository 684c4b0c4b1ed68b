package io.vllmmonitor.persistence.rollup;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.sample.SeriesKey;

/**
 * The aggregates of one series over one hour and over each of its minutes that has samples, as
 * {@link io.vllmmonitor.api.sample.SeriesRollup} defines them. Made by {@link HourAggregator}.
 * Immutable.
 */
public final class SeriesHour {
  // The columns, in the order in which they lie in a pack.
  static final int COUNT = 0;
  static final int LAST = 1;
  static final int MINIMUM = 2;
  static final int MAXIMUM = 3;
  static final int SUM = 4;
  static final int COLUMNS = 5;

  private final SeriesKey series;
  private final long hourEnd;
  private final long minutes;
  private final double[][] minuteColumns;
  private final double[] hour;

  /**
   * @param minutes bit m is set when minute m, from 0, has samples
   * @param minuteColumns not copied; of the minutes that have samples
   * @param hour not copied; one of each column
   */
  SeriesHour(
      SeriesKey series, long hourEnd, long minutes, double[][] minuteColumns, double[] hour) {
    this.series = requireNonNull(series, "series");
    this.hourEnd = hourEnd;
    this.minutes = minutes;
    this.minuteColumns = minuteColumns;
    this.hour = hour;
  }

  public SeriesKey series() {
    return series;
  }

  /** Epoch milliseconds, inclusive; a whole hour. */
  public long hourEnd() {
    return hourEnd;
  }

  /** Whether there was no sample. */
  public boolean isEmpty() {
    return minutes == 0;
  }

  /** How many minutes have samples. */
  int minuteCount() {
    return Long.bitCount(minutes);
  }

  long minutes() {
    return minutes;
  }

  double[] minuteColumn(int column) {
    return minuteColumns[column];
  }

  double hour(int column) {
    return hour[column];
  }

  HourlyRow row() {
    return new HourlyRow(
        series,
        hourEnd - HourAggregator.HOUR,
        (long) hour[COUNT],
        hour[MINIMUM],
        hour[MAXIMUM],
        hour[SUM],
        hour[LAST]);
  }
}
