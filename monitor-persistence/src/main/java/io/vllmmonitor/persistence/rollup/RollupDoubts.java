package io.vllmmonitor.persistence.rollup;

import java.util.HashSet;
import java.util.Set;

/**
 * Which hours of a month have aggregates that cannot be relied on, since something of them was
 * found damaged. They count as missing until they are written again. Found anew in every life, when
 * they are read. Thread-safe.
 */
final class RollupDoubts {
  private record Hour(String group, long end) {}

  // All guarded by this.
  private final Set<Hour> doubted = new HashSet<>();
  private final Set<Hour> settled = new HashSet<>();
  private boolean all;
  private long changes;

  synchronized void doubt(String group, long hourEnd) {
    Hour hour = new Hour(group, hourEnd);
    boolean news = all ? settled.remove(hour) : doubted.add(hour);
    changes += news ? 1 : 0;
  }

  /** What names the series is damaged, so that nobody knows which hours miss something. */
  synchronized void doubtAll() {
    if (!all) {
      all = true;
      doubted.clear();
      settled.clear();
      changes++;
    }
  }

  /** The hour was written again. */
  synchronized void settle(String group, long hourEnd) {
    Hour hour = new Hour(group, hourEnd);
    doubted.remove(hour);
    if (all) {
      settled.add(hour);
    }
  }

  synchronized boolean isDoubted(String group, long hourEnd) {
    Hour hour = new Hour(group, hourEnd);
    return all ? !settled.contains(hour) : doubted.contains(hour);
  }

  /** Grows with every new doubt. */
  synchronized long changes() {
    return changes;
  }
}
