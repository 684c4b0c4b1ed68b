package io.vllmmonitor.persistence.series;

import io.vllmmonitor.api.sample.SeriesKey;

/** The samples of one series in one sealed file, oldest first. Not changed once made. */
final class SeriesLine {
  private final SeriesKey key;
  private final long[] times;
  private final double[] values;

  /**
   * @param times that grow, as many as there are values
   */
  SeriesLine(SeriesKey key, long[] times, double[] values) {
    this.key = key;
    this.times = times;
    this.values = values;
  }

  SeriesKey key() {
    return key;
  }

  int size() {
    return times.length;
  }

  long time(int index) {
    return times[index];
  }

  double value(int index) {
    return values[index];
  }

  /** The index of the first sample that is not before a time; the size when all are. */
  int firstFrom(long time) {
    int low = 0;
    int high = times.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (times[middle] < time) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /** The index behind the last sample that is not after a time. */
  int endAt(long time) {
    return time == Long.MAX_VALUE ? times.length : firstFrom(time + 1);
  }

  void addTo(SampleCollector.Column column, int start, int end) {
    column.addAll(times, values, start, end);
  }
}
