package io.vllmmonitor.persistence.query;

import io.vllmmonitor.api.sample.SeriesData;
import io.vllmmonitor.api.sample.SeriesKey;
import java.util.Arrays;

/**
 * The moments of a range query, in ms since 1970.
 *
 * @param count at least 1
 */
record Steps(long start, long step, int count) {
  long at(int index) {
    return start + index * step;
  }

  long last() {
    return at(count - 1);
  }

  /** The same number at every moment, as a series without name and labels. */
  SeriesData constant(double value) {
    long[] times = new long[count];
    double[] values = new double[count];
    Arrays.setAll(times, this::at);
    Arrays.fill(values, value);
    return new SeriesData(SeriesKey.of(""), times, values);
  }
}
