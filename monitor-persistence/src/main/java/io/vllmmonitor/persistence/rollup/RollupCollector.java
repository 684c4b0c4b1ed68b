package io.vllmmonitor.persistence.rollup;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.api.sample.SeriesRollup;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/** Gathers the aggregates of a read, series by series. Used by one thread. */
final class RollupCollector {
  /** The aggregates of one series, those of one span beside each other. */
  private static final class Rows {
    private long[] ends = new long[64];
    private double[] aggregates = new double[64 * SeriesHour.COLUMNS];
    private int size;
    private boolean growing = true;

    void add(long end, double[] own) {
      if (size == ends.length) {
        ends = Arrays.copyOf(ends, size * 2);
        aggregates = Arrays.copyOf(aggregates, aggregates.length * 2);
      }
      growing &= size == 0 || end > ends[size - 1];
      ends[size] = end;
      System.arraycopy(own, 0, aggregates, size * SeriesHour.COLUMNS, SeriesHour.COLUMNS);
      size++;
    }

    /** The places of the spans, oldest first, those of one time in the order they came. */
    int[] order() {
      if (growing) {
        return IntStream.range(0, size).toArray();
      }
      return IntStream.range(0, size)
          .boxed()
          .sorted(Comparator.comparing(place -> ends[place]))
          .mapToInt(Integer::intValue)
          .toArray();
    }
  }

  private final int most;
  private final Map<SeriesKey, Rows> series = new TreeMap<>();
  private int size;

  RollupCollector(int most) {
    this.most = most;
  }

  void add(SeriesKey key, long end, double[] aggregates) {
    if (++size > most) {
      throw new MonitorException(
          ErrorCode.QUERY_TOO_LARGE,
          Blame.OPERATOR,
          "There are more than "
              + most
              + " aggregates in the span, as many as may be read at once; ask for a shorter span,"
              + " fewer series or a larger step");
    }
    Rows rows = series.computeIfAbsent(key, unused -> new Rows());
    rows.add(end, aggregates);
  }

  /** All of them, series sorted, oldest first. */
  List<SeriesRollup> finish() {
    List<SeriesRollup> rollups = new ArrayList<>();
    series.forEach((key, rows) -> rollups.add(toRollup(key, rows)));
    return List.copyOf(rollups);
  }

  private static SeriesRollup toRollup(SeriesKey key, Rows rows) {
    int[] order = rows.order();
    int size = order.length;
    long[] ends = new long[size];
    long[] counts = new long[size];
    double[][] columns = new double[SeriesHour.COLUMNS][size];
    int next = 0;
    for (int place : order) {
      long end = rows.ends[place];
      if (next > 0 && ends[next - 1] == end) {
        next--; // of two groups that both have it the one that came to the file last counts
      }
      ends[next] = end;
      int at = place * SeriesHour.COLUMNS;
      counts[next] = (long) rows.aggregates[at + SeriesHour.COUNT];
      for (int column = 0; column < columns.length; column++) {
        columns[column][next] = rows.aggregates[at + column];
      }
      next++;
    }
    return new SeriesRollup(
        key,
        Arrays.copyOf(ends, next),
        Arrays.copyOf(counts, next),
        Arrays.copyOf(columns[SeriesHour.SUM], next),
        Arrays.copyOf(columns[SeriesHour.MINIMUM], next),
        Arrays.copyOf(columns[SeriesHour.MAXIMUM], next),
        Arrays.copyOf(columns[SeriesHour.LAST], next));
  }
}
