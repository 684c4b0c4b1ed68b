package io.vllmmonitor.core.view;

/**
 * The instants of the scrapes that are held, oldest first, in a ring whose capacity is a power of
 * two. Positions count from the oldest; slots are where columns keep the values.
 */
final class TimeRing {
  private long[] times;
  private int head;
  private int size;

  TimeRing(int capacity) {
    times = new long[capacity];
  }

  int size() {
    return size;
  }

  int capacity() {
    return times.length;
  }

  int head() {
    return head;
  }

  boolean isFull() {
    return size == times.length;
  }

  int slot(int position) {
    return (head + position) & (times.length - 1);
  }

  long time(int position) {
    return times[slot(position)];
  }

  /** Long.MIN_VALUE when empty. */
  long newest() {
    return size == 0 ? Long.MIN_VALUE : time(size - 1);
  }

  /** Long.MAX_VALUE when empty. */
  long oldest() {
    return size == 0 ? Long.MAX_VALUE : time(0);
  }

  /** Adds an instant after all others and answers its slot; there must be room. */
  int add(long millis) {
    int slot = slot(size);
    times[slot] = millis;
    size++;
    return slot;
  }

  void dropOldest() {
    head = slot(1);
    size--;
  }

  void resize(int capacity) {
    long[] moved = new long[capacity];
    for (int i = 0; i < size; i++) {
      moved[i] = time(i);
    }
    times = moved;
    head = 0;
  }

  /** The first position at or after an instant; the size when there is none. */
  int firstFrom(long millis) {
    int low = 0;
    int high = size;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (time(middle) < millis) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /** The last position at or before an instant; -1 when there is none. */
  int lastUntil(long millis) {
    return millis == Long.MAX_VALUE ? size - 1 : firstFrom(millis + 1) - 1;
  }
}
