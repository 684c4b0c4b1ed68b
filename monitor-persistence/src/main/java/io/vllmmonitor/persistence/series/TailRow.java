package io.vllmmonitor.persistence.series;

import io.vllmmonitor.api.sample.SeriesKey;
import java.util.List;

/** One batch as it lies in the growing file of a day: one line. Not changed once made. */
final class TailRow {
  private final long number;
  private final long epochMillis;
  private final List<SeriesKey> series;
  private final double[] values;

  /**
   * @param number of the line within its day, from 1
   * @param values as many as there are series
   */
  TailRow(long number, long epochMillis, List<SeriesKey> series, double[] values) {
    this.number = number;
    this.epochMillis = epochMillis;
    this.series = series;
    this.values = values;
  }

  long number() {
    return number;
  }

  long epochMillis() {
    return epochMillis;
  }

  List<SeriesKey> series() {
    return series;
  }

  double[] values() {
    return values;
  }

  int size() {
    return values.length;
  }
}
