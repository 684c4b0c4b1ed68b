package io.vllmmonitor.persistence.series;

import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * The versions of the samples of a day's hours. An hour that ends at midnight has its last
 * millisecond in the next day's file; the versions of both files are added, since each only grows.
 */
final class HourVersions {
  /** An hour of a target. */
  record Hour(long end, String target) {}

  private static final Comparator<Hour> ORDER =
      Comparator.comparingLong(Hour::end).thenComparing(Hour::target);

  private HourVersions() {}

  /**
   * Of all hours that the file of a day has samples of. Left out is the hour before its first
   * midnight where the day before is gone: its samples are not all there.
   */
  static Map<Hour, Long> of(Partitions partitions, long day) {
    Map<Hour, Long> sums = new HashMap<>();
    Map<Hour, Long> found = new TreeMap<>(ORDER);
    boolean hasDayBefore = !partitions.days(day - 1, day - 1).isEmpty();
    for (long file : partitions.days(day - 1, day + 1)) {
      for (Hours.Changed changed : partitions.with(file, Partition::hours)) {
        Hour hour = new Hour(changed.end(), changed.target());
        sums.merge(hour, changed.version(), Long::sum);
        if (file == day && (hasDayBefore || hour.end() > Days.firstMillis(day))) {
          found.put(hour, 0L);
        }
      }
    }
    found.replaceAll((hour, unused) -> sums.getOrDefault(hour, 0L));
    return found;
  }
}
