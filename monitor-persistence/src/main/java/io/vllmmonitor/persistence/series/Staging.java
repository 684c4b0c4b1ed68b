package io.vllmmonitor.persistence.series;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.sample.SampleBatch;
import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.api.store.AppendMode;
import io.vllmmonitor.api.store.AppendResult;
import io.vllmmonitor.api.store.RejectReason;
import io.vllmmonitor.api.target.TargetId;
import io.vllmmonitor.persistence.series.NewestSamples.Cell;
import io.vllmmonitor.persistence.series.NewestSamples.Order;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Turns the batches of one append into journal rows by day, by the rules of order. Keeps the cells
 * of each target's last page, since the next one mostly has the same shape. Confined to the
 * appending thread.
 */
final class Staging {
  private static final int MOST_PAGES = 4_096;

  private static final class PageOfTarget {
    private final List<SeriesKey> series;
    private final @Nullable Cell[] cells;

    PageOfTarget(List<SeriesKey> series, @Nullable Cell[] cells) {
      this.series = series;
      this.cells = cells;
    }
  }

  private final NewestSamples newest;
  private final Map<TargetId, PageOfTarget> pages = new HashMap<>();

  private final long window;

  /**
   * @param window how far pushed samples may be late
   */
  Staging(NewestSamples newest, Duration window) {
    this.newest = newest;
    this.window = window.toMillis();
  }

  /** After series were forgotten: the kept cells may be of some that are no longer counted. */
  void forgetPages() {
    pages.clear();
  }

  private long windowOf(AppendMode mode) {
    return switch (mode) {
      case SCRAPED -> 0;
      case PUSHED -> window;
      case IMPORTED -> Long.MAX_VALUE;
    };
  }

  /** Rows by day, and what became of every sample if those rows are stored. */
  record Staged(SortedMap<Long, List<JournalRow>> rowsByDay, AppendResult result) {}

  /**
   * @param latestMillis newer samples are too far ahead
   */
  Staged stage(List<SampleBatch> batches, AppendMode mode, long latestMillis) {
    long late = windowOf(mode);
    SortedMap<Long, List<JournalRow>> rows = new TreeMap<>();
    Map<RejectReason, Long> rejected = new EnumMap<>(RejectReason.class);
    long received = 0;
    for (SampleBatch batch : batches) {
      received += batch.size();
      long at = batch.at().toEpochMilli();
      if (at > latestMillis) {
        count(rejected, RejectReason.TOO_FAR_AHEAD, batch.size());
      } else if (batch.size() > 0) {
        JournalRow row = stage(batch, at, late, rejected);
        if (row.values().length > 0) {
          rows.computeIfAbsent(Days.of(at), day -> new ArrayList<>()).add(row);
        }
      }
    }
    long refused = rejected.values().stream().mapToLong(Long::longValue).sum();
    return new Staged(rows, new AppendResult(received - refused, rejected));
  }

  private JournalRow stage(
      SampleBatch batch, long at, long late, Map<RejectReason, Long> rejected) {
    @Nullable Cell[] cells = cellsOf(batch);
    int size = batch.size();
    boolean[] isNew = new boolean[size];
    int count = 0;
    for (int i = 0; i < size; i++) {
      Cell cell = cells[i];
      if (cell == null) {
        count(rejected, RejectReason.TOO_MANY_SERIES, 1);
        continue;
      }
      Order order = NewestSamples.stage(cell, at, batch.value(i), late);
      RejectReason reason = order.reason();
      if (reason != null) {
        count(rejected, reason, 1);
      } else if (order != Order.KNOWN) {
        isNew[i] = true;
        count++;
      }
    }
    return count == size ? whole(batch, at, cells) : part(batch, at, cells, isNew, count);
  }

  private static void count(Map<RejectReason, Long> rejected, RejectReason reason, long more) {
    if (more > 0) {
      rejected.merge(reason, more, Long::sum);
    }
  }

  private @Nullable Cell[] cellsOf(SampleBatch batch) {
    PageOfTarget page = pages.get(batch.target());
    if (page != null && page.series == batch.series()) {
      return page.cells;
    }
    if (pages.size() >= MOST_PAGES) {
      pages.clear(); // targets come and go; the ones that stay are back with their next page
    }
    @Nullable Cell[] cells = newest.cellsOf(batch.series());
    pages.put(batch.target(), new PageOfTarget(batch.series(), cells));
    return cells;
  }

  private static JournalRow whole(SampleBatch batch, long at, @Nullable Cell[] all) {
    Cell[] cells = new Cell[all.length];
    double[] values = new double[cells.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = batch.value(i);
      cells[i] = requireNonNull(all[i]);
    }
    return new JournalRow(batch.target().instance(), at, batch.series(), cells, values);
  }

  private static JournalRow part(
      SampleBatch batch, long at, @Nullable Cell[] all, boolean[] isNew, int count) {
    Cell[] cells = new Cell[count];
    double[] values = new double[count];
    List<SeriesKey> series = new ArrayList<>(count);
    int next = 0;
    for (int i = 0; i < all.length; i++) {
      if (isNew[i]) {
        cells[next] = requireNonNull(all[i]);
        values[next++] = batch.value(i);
        series.add(batch.series(i));
      }
    }
    return new JournalRow(batch.target().instance(), at, List.copyOf(series), cells, values);
  }
}
