package io.vllmmonitor.persistence.exchange;

import io.vllmmonitor.api.sample.SampleBatch;
import io.vllmmonitor.api.sample.SeriesData;
import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.api.target.TargetId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;

/**
 * Columns of one target turned back into its scrapes, oldest first. First everything is added, then
 * taken. Scrapes of one shape share the list of their series.
 */
final class SampleTable implements Iterator<SampleBatch> {
  private static final String INSTANCE = "instance";
  private static final String NO_INSTANCE = "imported";
  private static final int COLUMN_BITS = 32;

  private final TargetId target;
  private final List<SeriesData> columns = new ArrayList<>();
  private final int[] shape = new int[0];
  private long[] cells = new long[0]; // the time since the first one, then the column; sorted
  private long origin;
  private int next = -1;
  private int[] taken = shape; // how many of each column
  private int[] lastShape = shape;
  private List<SeriesKey> lastSeries = List.of();

  SampleTable(String instance) {
    this.target = new TargetId(instance);
  }

  static String instanceOf(SeriesKey key) {
    String instance = key.labels().get(INSTANCE);
    return instance == null || instance.isBlank() ? NO_INSTANCE : instance;
  }

  /** Columns span less than 2^31 ms together. */
  void add(SeriesData column) {
    columns.add(column);
  }

  private void sort() {
    next = 0;
    taken = new int[columns.size()];
    int size = columns.stream().mapToInt(SeriesData::size).sum();
    cells = new long[size];
    origin = columns.stream().mapToLong(column -> column.epochMillis(0)).min().orElse(0);
    int cell = 0;
    for (int column = 0; column < columns.size(); column++) {
      SeriesData data = columns.get(column);
      for (int i = 0; i < data.size(); i++) {
        cells[cell++] = ((data.epochMillis(i) - origin) << COLUMN_BITS) | column;
      }
    }
    Arrays.sort(cells);
  }

  @Override
  public boolean hasNext() {
    if (next < 0) {
      sort();
    }
    return next < cells.length;
  }

  @Override
  public SampleBatch next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    long time = cells[next] >>> COLUMN_BITS;
    int end = next;
    while (end < cells.length && cells[end] >>> COLUMN_BITS == time) {
      end++;
    }
    int[] present = new int[end - next];
    double[] values = new double[present.length];
    for (int i = 0; i < present.length; i++) {
      int column = (int) cells[next + i];
      present[i] = column;
      values[i] = columns.get(column).value(taken[column]++);
    }
    next = end;
    return new SampleBatch(target, Instant.ofEpochMilli(origin + time), series(present), values);
  }

  private List<SeriesKey> series(int[] present) {
    if (!Arrays.equals(present, lastShape)) {
      List<SeriesKey> series = new ArrayList<>(present.length);
      for (int column : present) {
        series.add(columns.get(column).series());
      }
      lastSeries = List.copyOf(series);
      lastShape = present;
    }
    return lastSeries;
  }
}
