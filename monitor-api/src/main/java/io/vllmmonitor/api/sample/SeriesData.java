package io.vllmmonitor.api.sample;

import static java.util.Objects.requireNonNull;

/**
 * The samples of one series over a stretch of time, oldest first, as columns. Immutable; stale
 * markers are included.
 */
public final class SeriesData {
  private final SeriesKey series;
  private final long[] epochMillis;
  private final double[] values;

  /** Copies both arrays; they must be of one length. */
  public SeriesData(SeriesKey series, long[] epochMillis, double[] values) {
    this.series = requireNonNull(series, "series");
    this.epochMillis = epochMillis.clone();
    this.values = values.clone();
    if (epochMillis.length != values.length) {
      throw new IllegalArgumentException(
          epochMillis.length + " times but " + values.length + " values for " + series);
    }
  }

  /** The series. */
  public SeriesKey series() {
    return series;
  }

  /** How many samples there are. */
  public int size() {
    return values.length;
  }

  /** Milliseconds since 1970 of a sample; grows strictly with the index. */
  public long epochMillis(int index) {
    return epochMillis[index];
  }

  /** One value. */
  public double value(int index) {
    return values[index];
  }

  /** Copies all samples into the beginning of arrays that are long enough. */
  public void copyTo(long[] times, double[] into) {
    System.arraycopy(epochMillis, 0, times, 0, epochMillis.length);
    System.arraycopy(values, 0, into, 0, values.length);
  }
}
