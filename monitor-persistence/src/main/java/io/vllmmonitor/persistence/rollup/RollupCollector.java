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

/** Gathers the aggregates of a read, series by series. Used by one thread. */
final class RollupCollector {
  private static final class Rows {
    private final List<double[]> aggregates = new ArrayList<>();
    private final List<Long> ends = new ArrayList<>();
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
    rows.ends.add(end);
    rows.aggregates.add(aggregates.clone());
  }

  /** All of them, series sorted, oldest first. */
  List<SeriesRollup> finish() {
    List<SeriesRollup> rollups = new ArrayList<>();
    series.forEach((key, rows) -> rollups.add(toRollup(key, rows)));
    return List.copyOf(rollups);
  }

  private static SeriesRollup toRollup(SeriesKey key, Rows rows) {
    Integer[] order = new Integer[rows.ends.size()];
    Arrays.setAll(order, i -> i);
    Arrays.sort(order, Comparator.comparing(rows.ends::get));
    int size = order.length;
    long[] ends = new long[size];
    long[] counts = new long[size];
    double[][] columns = new double[SeriesHour.COLUMNS][size];
    int next = 0;
    for (int place : order) {
      long end = rows.ends.get(place);
      double[] aggregates = rows.aggregates.get(place);
      if (next > 0 && ends[next - 1] == end) {
        next--; // of two groups that both have it the one that came to the file last counts
      }
      ends[next] = end;
      counts[next] = (long) aggregates[SeriesHour.COUNT];
      for (int column = 0; column < columns.length; column++) {
        columns[column][next] = aggregates[column];
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
