package io.vllmmonitor.persistence.ingest;

import io.vllmmonitor.api.sample.SeriesKey;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Lists of series that were pushed together, so that the same series in the same order are the very
 * same list. Each holds a series once. Thread-safe.
 */
final class SeriesLists {
  private static final long MOST_SERIES = 1_000_000;

  private record Place(SeriesKey first, int size) {}

  private final Map<Place, List<SeriesKey>> lists = new LinkedHashMap<>(64, 0.75f, true);
  private long series;

  /** The list of exactly these key objects, or null. */
  @Nullable List<SeriesKey> find(SeriesKey[] keys, int size) {
    List<SeriesKey> known;
    synchronized (this) {
      known = lists.get(new Place(keys[0], size));
    }
    if (known == null) {
      return null;
    }
    for (int i = 0; i < size; i++) {
      if (!isSame(known.get(i), keys[i])) {
        return null;
      }
    }
    return known;
  }

  @SuppressWarnings("ReferenceEquality") // quick, and only a further way of being equal
  private static boolean isSame(SeriesKey known, SeriesKey key) {
    return known == key || known.equals(key);
  }

  synchronized void put(List<SeriesKey> keys) {
    List<SeriesKey> before = lists.put(new Place(keys.get(0), keys.size()), keys);
    series += keys.size() - (before == null ? 0 : before.size());
    var eldest = lists.values().iterator();
    while (series > MOST_SERIES && lists.size() > 1) {
      series -= eldest.next().size();
      eldest.remove();
    }
  }
}
