package io.vllmmonitor.persistence.series;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.sample.SeriesData;
import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.api.sample.SeriesSelector;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Gathers what one read found, column by column, and stops it at its limit. Times must come in
 * growing order per series. Used by one thread.
 */
final class SampleCollector {
  private final SeriesSelector selector;
  private final long most;
  private final Map<SeriesKey, Column> columns = new TreeMap<>();
  private long count;

  /**
   * @param selector named when the limit is passed
   */
  SampleCollector(SeriesSelector selector, long most) {
    this.selector = selector;
    this.most = most;
  }

  Column column(SeriesKey key) {
    return columns.computeIfAbsent(key, unused -> new Column());
  }

  List<SeriesData> finish() {
    return columns.entrySet().stream()
        .filter(entry -> entry.getValue().size > 0)
        .map(entry -> entry.getValue().toData(entry.getKey()))
        .toList();
  }

  /** The samples of one series so far. */
  final class Column {
    private long[] times = new long[64];
    private double[] values = new double[64];
    private int size;

    private Column() {}

    void add(long at, double value) {
      if (++count > most) {
        throw new MonitorException(
            ErrorCode.QUERY_TOO_LARGE,
            Blame.OPERATOR,
            selector
                + " has more than "
                + most
                + " samples in the span, which is the most that may be read at once; ask for a "
                + "shorter span or fewer series");
      }
      if (size == times.length) {
        times = Arrays.copyOf(times, size * 2);
        values = Arrays.copyOf(values, size * 2);
      }
      times[size] = at;
      values[size++] = value;
    }

    private SeriesData toData(SeriesKey key) {
      return new SeriesData(key, Arrays.copyOf(times, size), Arrays.copyOf(values, size));
    }
  }
}
