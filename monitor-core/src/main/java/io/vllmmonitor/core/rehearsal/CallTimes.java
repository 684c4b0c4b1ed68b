package io.vllmmonitor.core.rehearsal;

/** How long calls took, in classes an eighth of a power of two wide. Confined to one thread. */
final class CallTimes {
  private static final int STEPS_BITS = 3;
  private static final int STEPS = 1 << STEPS_BITS;

  private final long[] classes = new long[(Long.SIZE - STEPS_BITS) * STEPS];
  private long count;
  private long total;

  void add(long nanos) {
    long time = Math.max(0, nanos);
    classes[classOf(time)]++;
    count++;
    total += time;
  }

  private static int classOf(long time) {
    if (time < STEPS) {
      return (int) time;
    }
    int shift = Long.SIZE - 1 - Long.numberOfLeadingZeros(time) - STEPS_BITS;
    return (shift + 1) * STEPS + (int) ((time >>> shift) - STEPS);
  }

  /** The least time that falls into a class. */
  private static long least(int index) {
    return index < STEPS ? index : (long) (STEPS + index % STEPS) << (index / STEPS - 1);
  }

  double mean() {
    return count == 0 ? 0 : (double) total / count;
  }

  /** Calls per second of time spent in them; 0 without a call. */
  double perSecond() {
    return total == 0 ? 0 : count * 1e9 / total;
  }

  /** The time that 99 of 100 calls did not exceed, rounded up to the end of its class. */
  long p99() {
    long rank = (long) Math.ceil(count * 0.99);
    long seen = 0;
    for (int i = 0; i < classes.length - 1 && count > 0; i++) {
      seen += classes[i];
      if (seen >= rank) {
        return least(i + 1) - 1;
      }
    }
    return 0;
  }
}
