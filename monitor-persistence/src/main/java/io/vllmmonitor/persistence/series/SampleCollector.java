package io.vllmmonitor.persistence.series;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.sample.SeriesData;
import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.api.sample.SeriesSelector;
import io.vllmmonitor.api.store.SampleVisitor;
import java.util.ArrayList;
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
  private final long shown;
  private final Map<SeriesKey, Column> columns = new TreeMap<>();
  private final List<Column> spares = new ArrayList<>();
  private long count;

  /**
   * @param selector named when the limit is passed
   */
  SampleCollector(SeriesSelector selector, long most) {
    this(selector, most, most);
  }

  /**
   * @param most that this part of a read may bring
   * @param shown the limit of the whole read
   */
  SampleCollector(SeriesSelector selector, long most, long shown) {
    this.selector = selector;
    this.most = most;
    this.shown = shown;
  }

  private void take(int more) {
    count += more;
    if (count > most) {
      throw new MonitorException(
          ErrorCode.QUERY_TOO_LARGE,
          Blame.OPERATOR,
          selector
              + " has more than "
              + shown
              + " samples in the span, which is the most that may be read at once; ask for a "
              + "shorter span or fewer series");
    }
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

  /** How many samples were gathered. */
  long count() {
    return count;
  }

  /** An empty column beside those of the series, whose samples count too; reused by number. */
  Column spare(int number) {
    while (spares.size() <= number) {
      spares.add(new Column());
    }
    Column spare = spares.get(number);
    spare.size = 0;
    spare.sorted = true;
    return spare;
  }

  /**
   * Hands a series on: what was gathered in a spare column, and what there is under its key, which
   * is forgotten.
   */
  void finish(SeriesKey key, Column spare, SampleVisitor visitor) {
    Column own = columns.remove(key);
    if (own != null && own.size > 0) {
      count -= own.size; // they are counted again
      spare.sorted &= own.sorted;
      spare.addAll(own.times, own.values, 0, own.size);
    }
    spare.visit(key, visitor);
  }

  /** Hands all series on, sorted. */
  void visit(SampleVisitor visitor) {
    columns.forEach((key, column) -> column.visit(key, visitor));
  }

  /** The samples of one series so far. */
  final class Column {
    private long[] times = new long[64];
    private double[] values = new double[64];
    private int size;
    private boolean sorted = true;

    private Column() {}

    void add(long at, double value) {
      take(1);
      if (size == times.length) {
        times = Arrays.copyOf(times, size * 2);
        values = Arrays.copyOf(values, size * 2);
      }
      sorted &= size == 0 || at > times[size - 1];
      times[size] = at;
      values[size++] = value;
    }

    /** Times that grow, one value each. */
    void addAll(long[] from, double[] some, int start, int end) {
      if (start >= end) {
        return;
      }
      take(end - start);
      if (size + end - start > times.length) {
        int room = Math.max(size * 2, size + end - start);
        times = Arrays.copyOf(times, room);
        values = Arrays.copyOf(values, room);
      }
      sorted &= size == 0 || from[start] > times[size - 1];
      System.arraycopy(from, start, times, size, end - start);
      System.arraycopy(some, start, values, size, end - start);
      size += end - start;
    }

    /** Late samples come after newer ones, and may be there twice. */
    private void sort() {
      Integer[] order = new Integer[size];
      Arrays.setAll(order, i -> i);
      Arrays.sort(
          order,
          (a, b) -> {
            int byTime = Long.compare(times[a], times[b]);
            return byTime != 0
                ? byTime
                : Long.compareUnsigned(
                    Double.doubleToRawLongBits(values[b]), Double.doubleToRawLongBits(values[a]));
          });
      long[] sortedTimes = new long[size];
      double[] sortedValues = new double[size];
      int kept = 0;
      for (int place : order) {
        if (kept == 0 || sortedTimes[kept - 1] != times[place]) {
          sortedTimes[kept] = times[place];
          sortedValues[kept++] = values[place];
        }
      }
      times = sortedTimes;
      values = sortedValues;
      size = kept;
      sorted = true;
    }

    private void visit(SeriesKey key, SampleVisitor visitor) {
      if (!sorted) {
        sort();
      }
      if (size > 0) {
        visitor.series(key, times, values, size);
      }
    }

    private SeriesData toData(SeriesKey key) {
      if (!sorted) {
        sort();
      }
      return new SeriesData(key, Arrays.copyOf(times, size), Arrays.copyOf(values, size));
    }
  }
}
