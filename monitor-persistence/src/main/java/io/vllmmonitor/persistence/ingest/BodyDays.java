package io.vllmmonitor.persistence.ingest;

import java.util.HashSet;
import java.util.Set;

/** Counts the UTC days that the samples of a body lie on. Confined to one thread. */
final class BodyDays {
  private static final long DAY = 86_400_000;

  private final Set<Long> days = new HashSet<>();
  private long last = -1;

  void clear() {
    days.clear();
    last = -1;
  }

  /** Notes a time; false when it is of one day too many. */
  boolean admit(long millis) {
    long day = Math.floorDiv(millis, DAY);
    if (day != last) {
      last = day;
      days.add(day);
    }
    return days.size() <= IngestLimits.DAYS;
  }
}
