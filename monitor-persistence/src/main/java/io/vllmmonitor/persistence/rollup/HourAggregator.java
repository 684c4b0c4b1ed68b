package io.vllmmonitor.persistence.rollup;

import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.api.sample.StaleMarker;
import java.util.Arrays;

/**
 * Makes the aggregates of one series and hour out of its samples, which come oldest first. Begin,
 * add as often as needed, finish; and again for the next series. Used by one thread at a time.
 */
public final class HourAggregator {
  static final long HOUR = 3_600_000;
  static final long MINUTE = 60_000;
  static final int MINUTES = 60;

  private final double[][] columns = new double[SeriesHour.COLUMNS][MINUTES];
  private final double[] hour = new double[SeriesHour.COLUMNS];
  private long hourEnd;
  private long minutes;

  /** Ready to begin. */
  public HourAggregator() {}

  /**
   * Forgets what was added.
   *
   * @param newHourEnd epoch milliseconds, a multiple of an hour; the hour is {@code (end − 1 h,
   *     end]}
   */
  public HourAggregator begin(long newHourEnd) {
    requireHour(newHourEnd);
    hourEnd = newHourEnd;
    minutes = 0;
    Arrays.fill(hour, 0);
    return this;
  }

  static void requireHour(long hourEnd) {
    if (hourEnd % HOUR != 0 || hourEnd <= 0 || hourEnd / HOUR > RollupMonth.MOST_HOURS) {
      throw new IllegalArgumentException(hourEnd + " ms is no whole hour after 1970");
    }
  }

  /**
   * Adds samples; stale markers and those outside the hour are passed over.
   *
   * @param times growing, and later than those added before
   * @param to exclusive
   */
  public void add(long[] times, double[] values, int from, int to) {
    for (int i = from; i < to; i++) {
      add(times[i], values[i]);
    }
  }

  /** Adds one sample, later than those before. */
  public void add(long time, double value) {
    long before = hourEnd - time;
    if (before < 0 || before >= HOUR || StaleMarker.is(value)) {
      return;
    }
    int minute = MINUTES - 1 - (int) (before / MINUTE);
    long bit = 1L << minute;
    if ((minutes & bit) == 0) {
      for (double[] column : columns) {
        column[minute] = 0;
      }
    }
    addTo(minute, value);
    addToHour(value);
    minutes |= bit;
  }

  private void addTo(int minute, double value) {
    double[] minimums = columns[SeriesHour.MINIMUM];
    double[] maximums = columns[SeriesHour.MAXIMUM];
    boolean first = columns[SeriesHour.COUNT][minute]++ == 0;
    columns[SeriesHour.SUM][minute] += value;
    columns[SeriesHour.LAST][minute] = value;
    if (first || value < minimums[minute] || Double.isNaN(minimums[minute])) {
      minimums[minute] = value;
    }
    if (first || value > maximums[minute] || Double.isNaN(maximums[minute])) {
      maximums[minute] = value;
    }
  }

  private void addToHour(double value) {
    boolean first = hour[SeriesHour.COUNT]++ == 0;
    hour[SeriesHour.SUM] += value;
    hour[SeriesHour.LAST] = value;
    if (first || value < hour[SeriesHour.MINIMUM] || Double.isNaN(hour[SeriesHour.MINIMUM])) {
      hour[SeriesHour.MINIMUM] = value;
    }
    if (first || value > hour[SeriesHour.MAXIMUM] || Double.isNaN(hour[SeriesHour.MAXIMUM])) {
      hour[SeriesHour.MAXIMUM] = value;
    }
  }

  /** The aggregates of what was added; empty when there was no sample. */
  public SeriesHour finish(SeriesKey series) {
    double[][] own = new double[SeriesHour.COLUMNS][];
    for (int column = 0; column < own.length; column++) {
      double[] values = new double[Long.bitCount(minutes)];
      int next = 0;
      for (long rest = minutes; rest != 0; rest &= rest - 1) {
        values[next++] = columns[column][Long.numberOfTrailingZeros(rest)];
      }
      own[column] = values;
    }
    return new SeriesHour(series, hourEnd, minutes, own, hour.clone());
  }
}
