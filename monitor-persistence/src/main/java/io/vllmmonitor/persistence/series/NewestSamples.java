package io.vllmmonitor.persistence.series;

import io.vllmmonitor.api.sample.Sample;
import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.api.store.RejectReason;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The newest sample of every series. Each cell has a committed side, which everyone sees, and a
 * staged side, which the append in progress judges the next sample by; the two are equal between
 * appends. Staging is confined to the appending thread, the committed side is thread-safe.
 */
final class NewestSamples {
  private static final long NEVER = Long.MIN_VALUE;

  private final Map<SeriesKey, Cell> cells = new HashMap<>(); // guarded by this
  private final int most;
  private @Nullable List<Cell> sorted; // guarded by this; null after cells came or went

  /**
   * @param most how many series there may be
   */
  NewestSamples(int most) {
    this.most = most;
  }

  /** One series. The committed side is guarded by the owner. */
  static final class Cell {
    private final SeriesKey key;
    private long at = NEVER;
    private long bits;
    private long stagedAt = NEVER;
    private long stagedBits;

    private Cell(SeriesKey key) {
      this.key = key;
    }

    SeriesKey key() {
      return key;
    }
  }

  /** What is to be done with a sample. */
  enum Order {
    NEW,
    LATE,
    KNOWN,
    OUT_OF_ORDER,
    DUPLICATE;

    @Nullable RejectReason reason() {
      return switch (this) {
        case NEW, LATE, KNOWN -> null;
        case OUT_OF_ORDER -> RejectReason.OUT_OF_ORDER;
        case DUPLICATE -> RejectReason.DUPLICATE_TIMESTAMP;
      };
    }
  }

  /** The cells of these series; null for a new one where there may be no more. */
  synchronized @Nullable Cell[] cellsOf(List<SeriesKey> series) {
    @Nullable Cell[] found = new Cell[series.size()];
    for (int i = 0; i < found.length; i++) {
      Cell cell = cells.get(series.get(i));
      if (cell == null && cells.size() < most) {
        cell = new Cell(series.get(i));
        cells.put(series.get(i), cell);
        sorted = null;
      }
      found[i] = cell;
    }
    return found;
  }

  /**
   * Judges a sample by the staged side, and stages it when it is the newest.
   *
   * @param window how far a late sample may lie behind; 0 takes none, the greatest takes all and
   *     settles two values of one time by their bits
   */
  static Order stage(Cell cell, long at, double value, long window) {
    long bits = Double.doubleToRawLongBits(value);
    if (cell.stagedAt == NEVER || at > cell.stagedAt) {
      cell.stagedAt = at;
      cell.stagedBits = bits;
      return Order.NEW;
    }
    if (at < cell.stagedAt) {
      return cell.stagedAt - at <= window ? Order.LATE : Order.OUT_OF_ORDER;
    }
    if (bits == cell.stagedBits) {
      return Order.KNOWN;
    }
    if (window != Long.MAX_VALUE) {
      return Order.DUPLICATE;
    }
    if (Long.compareUnsigned(bits, cell.stagedBits) < 0) {
      return Order.KNOWN;
    }
    cell.stagedBits = bits;
    return Order.LATE;
  }

  /** The rows are on the disk. */
  synchronized void publish(List<JournalRow> rows) {
    for (JournalRow row : rows) {
      for (int i = 0; i < row.cells().length; i++) {
        advance(row.cells()[i], row.epochMillis(), row.values()[i]);
      }
    }
  }

  /** The rows did not reach the disk. */
  synchronized void unstage(List<JournalRow> rows) {
    for (JournalRow row : rows) {
      for (Cell cell : row.cells()) {
        cell.stagedAt = cell.at;
        cell.stagedBits = cell.bits;
      }
    }
  }

  /** A sample that was found on the disk; both sides take it when it is newer. */
  synchronized void restore(SeriesKey key, long at, double value) {
    Cell cell = cells.get(key);
    if (cell == null) {
      cell = new Cell(key);
      cells.put(key, cell);
      sorted = null;
    }
    advance(cell, at, value);
    cell.stagedAt = cell.at;
    cell.stagedBits = cell.bits;
  }

  private static void advance(Cell cell, long at, double value) {
    long bits = Double.doubleToRawLongBits(value);
    boolean wins = at == cell.at && Long.compareUnsigned(bits, cell.bits) > 0;
    if (cell.at == NEVER || at > cell.at || wins) {
      cell.at = at;
      cell.bits = bits;
    }
  }

  /** The committed side, sorted by series. */
  synchronized List<Sample> select(Predicate<SeriesKey> wanted) {
    List<Cell> all = sorted;
    if (all == null) {
      all = new ArrayList<>(cells.values());
      all.sort(Comparator.comparing(Cell::key));
      sorted = all;
    }
    List<Sample> found = new ArrayList<>();
    for (Cell cell : all) {
      if (cell.at != NEVER && wanted.test(cell.key)) {
        Instant at = Instant.ofEpochMilli(cell.at);
        found.add(new Sample(cell.key, at, Double.longBitsToDouble(cell.bits)));
      }
    }
    return found;
  }

  /** Forgets the series whose newest sample lies before a time. */
  synchronized void forgetBefore(long at) {
    if (cells.values().removeIf(cell -> cell.at < at && cell.stagedAt < at)) {
      sorted = null;
    }
  }

  /** How many series have a committed sample. */
  synchronized long size() {
    return cells.values().stream().filter(cell -> cell.at != NEVER).count();
  }
}
