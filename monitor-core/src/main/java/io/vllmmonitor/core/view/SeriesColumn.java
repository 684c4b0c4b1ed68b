package io.vllmmonitor.core.view;

import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.api.sample.StaleMarker;

/**
 * The values of one series, one slot per slot of the time ring. A bit says whether a slot holds a
 * sample, so that every NaN, whatever its payload, stays an ordinary value.
 */
final class SeriesColumn {
  private final SeriesKey key;
  private double[] values;
  private long[] present;
  private long newestMillis = Long.MIN_VALUE;
  private boolean ended;

  SeriesColumn(SeriesKey key, int capacity) {
    this.key = key;
    this.values = new double[capacity];
    this.present = new long[words(capacity)];
  }

  private static int words(int capacity) {
    return (capacity + 63) >>> 6;
  }

  SeriesKey key() {
    return key;
  }

  void set(int slot, long millis, double value) {
    values[slot] = value;
    present[slot >>> 6] |= 1L << slot;
    ended = StaleMarker.is(value);
    if (!ended) {
      newestMillis = millis;
    }
  }

  void clear(int slot) {
    present[slot >>> 6] &= ~(1L << slot);
  }

  boolean has(int slot) {
    return (present[slot >>> 6] & (1L << slot)) != 0;
  }

  double value(int slot) {
    return values[slot];
  }

  /** When its newest sample was taken, stale markers aside. */
  long newestMillis() {
    return newestMillis;
  }

  /** Whether the newest thing known of it is that it is gone. */
  boolean ended() {
    return ended;
  }

  /**
   * Moves the slots of a ring to the start of one of another capacity, not smaller than its size.
   */
  void resize(int head, int size, int capacity) {
    double[] moved = new double[capacity];
    long[] bits = new long[words(capacity)];
    int mask = values.length - 1;
    for (int i = 0; i < size; i++) {
      int slot = (head + i) & mask;
      if (has(slot)) {
        moved[i] = values[slot];
        bits[i >>> 6] |= 1L << i;
      }
    }
    values = moved;
    present = bits;
  }
}
