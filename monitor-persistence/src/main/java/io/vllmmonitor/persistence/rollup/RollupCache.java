package io.vllmmonitor.persistence.rollup;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The aggregates of minutes of one month that were read last, by pack and place: dashboards ask for
 * the same hours again and again. At most {@value #MOST} hours of series, about 5 MB. Thread-safe.
 *
 * <p>What a reader found is kept only when nothing was written since it began, so that nothing old
 * is kept. Damaged packs are never kept.
 */
final class RollupCache {
  /** Longer spans than so many hours are not looked for, since they would displace all others. */
  static final long LONGEST = 48;

  private static final int MOST = 2_000;
  private static final long HOUR_MASK = RollupMonth.MOST_HOURS;

  /**
   * One hour of one series.
   *
   * @param present bit m is set when minute m has aggregates
   * @param aggregates of these minutes, those of one minute beside each other
   */
  @SuppressWarnings("ArrayRecordComponent") // written once, never handed out of this package
  record Minutes(long present, double[] aggregates) {
    static final Minutes NONE = new Minutes(0, new double[0]);
  }

  private record Key(long pack, int place) {}

  private final Map<Key, Minutes> kept = // guarded by this
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, Minutes> eldest) {
          return size() > MOST;
        }
      };
  private long generation; // guarded by this

  /** What a reader remembers before it begins. */
  synchronized long generation() {
    return generation;
  }

  /**
   * All wanted places of some packs that follow each other.
   *
   * @return by pack and then place, null for places that are not wanted; null when one is not kept
   */
  synchronized @Nullable Minutes @Nullable [] find(long firstPack, int packs, boolean[] wanted) {
    @Nullable Minutes[] found = new Minutes[packs * wanted.length];
    for (int pack = 0; pack < packs; pack++) {
      for (int place = 0; place < wanted.length; place++) {
        if (wanted[place]) {
          Minutes minutes = kept.get(new Key(firstPack + pack, place));
          if (minutes == null) {
            return null;
          }
          found[pack * wanted.length + place] = minutes;
        }
      }
    }
    return found;
  }

  /** Keeps what a reader found, if it is still true. */
  synchronized void keep(long pack, int place, Minutes minutes, long readAt) {
    if (readAt == generation) {
      kept.put(new Key(pack, place), minutes);
    }
  }

  /** After an hour was written, however many of its packs. */
  synchronized void forget(long hour) {
    generation++;
    kept.keySet().removeIf(key -> (key.pack & HOUR_MASK) == hour);
  }
}
