package io.vllmmonitor.core.view;

import io.vllmmonitor.api.sample.StaleMarker;

/**
 * The samples of one series between two positions of the ring, both inclusive, and what can be
 * computed from them. Stale markers are skipped.
 */
record Stretch(TimeRing ring, SeriesColumn column, int first, int last) {
  private boolean holds(int slot) {
    return column.has(slot) && !StaleMarker.is(column.value(slot));
  }

  int size() {
    int size = 0;
    for (int position = first; position <= last; position++) {
      if (holds(ring.slot(position))) {
        size++;
      }
    }
    return size;
  }

  double sum() {
    double sum = 0;
    for (int position = first; position <= last; position++) {
      int slot = ring.slot(position);
      if (holds(slot)) {
        sum += column.value(slot);
      }
    }
    return sum;
  }

  /** Growth of a counter: a value below the one before counts from zero. */
  double increase() {
    double total = 0;
    double before = 0;
    boolean any = false;
    for (int position = first; position <= last; position++) {
      int slot = ring.slot(position);
      if (holds(slot)) {
        double value = column.value(slot);
        if (any) {
          total += value < before ? value : value - before;
        }
        before = value;
        any = true;
      }
    }
    return total;
  }

  /** Seconds from the first to the last sample. */
  double span() {
    long from = 0;
    long to = 0;
    boolean any = false;
    for (int position = first; position <= last; position++) {
      if (holds(ring.slot(position))) {
        to = ring.time(position);
        if (!any) {
          from = to;
          any = true;
        }
      }
    }
    return (to - from) / 1000.0;
  }

  double rate() {
    return increase() / span();
  }

  /** Of the least-squares line, per second. */
  double slope() {
    double meanX = 0;
    double meanY = 0;
    int count = 0;
    for (int position = first; position <= last; position++) {
      int slot = ring.slot(position);
      if (holds(slot)) {
        count++;
        meanX += (seconds(position) - meanX) / count;
        meanY += (column.value(slot) - meanY) / count;
      }
    }
    double over = 0;
    double under = 0;
    for (int position = first; position <= last; position++) {
      int slot = ring.slot(position);
      if (holds(slot)) {
        double x = seconds(position) - meanX;
        over += x * (column.value(slot) - meanY);
        under += x * x;
      }
    }
    return over / under;
  }

  private double seconds(int position) {
    return (ring.time(position) - ring.time(first)) / 1000.0; // small numbers keep their digits
  }
}
