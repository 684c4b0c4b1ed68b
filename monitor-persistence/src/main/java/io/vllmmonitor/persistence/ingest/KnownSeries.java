package io.vllmmonitor.persistence.ingest;

import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.api.target.TargetId;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/**
 * What the label bytes of remote write stand for, so that the labels of a known series are hashed,
 * not read. Forgets everything when it grows too large; those that are still sent are back with
 * their next request. Thread-safe.
 */
final class KnownSeries {
  private static final long HEAVIEST = 64L << 20;
  private static final int BYTES_PER_SERIES = 500; // beyond the label bytes, roughly

  /** A series and the target that its {@code instance} names. */
  record Entry(SeriesKey key, TargetId target) {}

  private record Place(PushDefaults defaults, Spelling labels) {}

  private final Map<Place, Entry> entries = new ConcurrentHashMap<>();
  private final AtomicLong weight = new AtomicLong();

  /**
   * @param parse called for labels that are not known; what it throws is passed on
   */
  Entry get(PushDefaults defaults, Spelling labels, Supplier<Entry> parse) {
    Entry known = entries.get(new Place(defaults, labels));
    if (known != null) {
      return known;
    }
    Entry fresh = parse.get();
    long more = (long) labels.length() + BYTES_PER_SERIES;
    if (weight.addAndGet(more) > HEAVIEST) {
      entries.clear();
      weight.set(more);
    }
    entries.put(new Place(defaults, labels.copy()), fresh);
    return fresh;
  }
}
