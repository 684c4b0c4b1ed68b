package io.vllmmonitor.persistence.rollup;

import io.vllmmonitor.persistence.format.ColumnSink;
import io.vllmmonitor.persistence.format.PackCodec;
import io.vllmmonitor.persistence.format.PackColumn;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The aggregates of up to 16 series and one hour as two packs. Of minutes: 60 rows, and for each of
 * the five aggregates one column a series. Of the hour: a row a series, a column an aggregate.
 * Keeps what was read last; used by one thread at a time.
 */
final class RollupPacks {
  static final int MOST_SERIES = 16;

  /** Takes aggregates as they are read. */
  interface Sink {
    /**
     * @param place of the series in the pack
     * @param minute of the hour, from 0
     * @param aggregates one of each column of {@link SeriesHour}
     */
    void take(int place, int minute, double[] aggregates);

    /** A series of the pack that cannot be read. */
    void damaged(int place, String reason);
  }

  private static final long ALL = (1L << HourAggregator.MINUTES) - 1;

  private final PackCodec codec = new PackCodec();
  private final double[][] values =
      new double[SeriesHour.COLUMNS * MOST_SERIES][HourAggregator.MINUTES];
  private final long[] present = new long[SeriesHour.COLUMNS * MOST_SERIES];
  private final @Nullable String[] damage = new String[SeriesHour.COLUMNS * MOST_SERIES];
  private final double[] aggregates = new double[SeriesHour.COLUMNS];

  byte[] encodeMinutes(List<SeriesHour> series) {
    List<PackColumn> columns = new ArrayList<>();
    for (int column = 0; column < SeriesHour.COLUMNS; column++) {
      for (SeriesHour hour : series) {
        boolean full = hour.minutes() == ALL;
        columns.add(
            PackColumn.of(
                hour.minuteColumn(column),
                hour.minuteCount(),
                full ? null : new long[] {hour.minutes()}));
      }
    }
    return codec.encode(columns, HourAggregator.MINUTES);
  }

  byte[] encodeHour(List<SeriesHour> series) {
    List<PackColumn> columns = new ArrayList<>();
    for (int column = 0; column < SeriesHour.COLUMNS; column++) {
      double[] own = new double[series.size()];
      for (int place = 0; place < own.length; place++) {
        own[place] = series.get(place).hour(column);
      }
      columns.add(PackColumn.full(own));
    }
    return codec.encode(columns, series.size());
  }

  /**
   * @param wanted by place, one for each series of the pack
   * @throws io.vllmmonitor.persistence.format.DamagedBytesException when nothing can be read
   */
  void decodeMinutes(byte[] pack, boolean[] wanted, Sink sink) {
    int size = wanted.length;
    boolean[] columns = new boolean[SeriesHour.COLUMNS * size];
    for (int i = 0; i < columns.length; i++) {
      columns[i] = wanted[i % size];
    }
    decode(pack, HourAggregator.MINUTES, columns);
    for (int place = 0; place < size; place++) {
      if (wanted[place]) {
        giveMinutes(place, size, sink);
      }
    }
  }

  private void giveMinutes(int place, int size, Sink sink) {
    for (int column = 0; column < SeriesHour.COLUMNS; column++) {
      String reason = damage[column * size + place];
      if (reason != null) {
        sink.damaged(place, reason);
        return;
      }
    }
    int next = 0;
    for (long rest = present[place]; rest != 0; rest &= rest - 1) {
      for (int column = 0; column < SeriesHour.COLUMNS; column++) {
        aggregates[column] = values[column * size + place][next];
      }
      sink.take(place, Long.numberOfTrailingZeros(rest), aggregates);
      next++;
    }
  }

  /** As {@link #decodeMinutes}; the minute is always the last one. */
  void decodeHour(byte[] pack, boolean[] wanted, Sink sink) {
    boolean[] columns = new boolean[SeriesHour.COLUMNS];
    Arrays.fill(columns, true);
    decode(pack, wanted.length, columns);
    for (int place = 0; place < wanted.length; place++) {
      if (wanted[place]) {
        giveHour(place, sink);
      }
    }
  }

  private void giveHour(int place, Sink sink) {
    for (int column = 0; column < SeriesHour.COLUMNS; column++) {
      String reason = damage[column];
      if (reason != null) {
        sink.damaged(place, reason);
        return;
      }
      aggregates[column] = values[column][place];
    }
    sink.take(place, HourAggregator.MINUTES - 1, aggregates);
  }

  private void decode(byte[] pack, int rows, boolean[] columns) {
    Arrays.fill(damage, "It is missing");
    codec.decode(
        pack,
        rows,
        columns,
        new ColumnSink() {
          @Override
          public void column(int place, double[] own, int count, long @Nullable [] presence) {
            damage[place] = null;
            present[place] = presence == null ? ALL : presence[0];
            System.arraycopy(own, 0, values[place], 0, count);
          }

          @Override
          public void damaged(int place, String reason) {
            damage[place] = reason;
          }
        });
  }
}
