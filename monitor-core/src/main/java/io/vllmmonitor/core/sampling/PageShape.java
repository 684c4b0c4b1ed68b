package io.vllmmonitor.core.sampling;

import io.vllmmonitor.api.sample.SeriesKey;
import java.util.List;
import java.util.Set;

/**
 * Which series a page had, in its order, under their own and under their stored keys. The same
 * object from scrape to scrape while nothing changes, and compared as such. Immutable.
 */
final class PageShape {
  private static final PageShape NONE = new PageShape(List.of(), List.of());

  private final List<SeriesKey> pageKeys;
  private final List<SeriesKey> storedKeys;
  private final Set<SeriesKey> storedSet;

  PageShape(List<SeriesKey> pageKeys, List<SeriesKey> storedKeys) {
    this.pageKeys = List.copyOf(pageKeys);
    this.storedKeys = List.copyOf(storedKeys);
    this.storedSet = Set.copyOf(storedKeys);
  }

  static PageShape none() {
    return NONE;
  }

  List<SeriesKey> pageKeys() {
    return pageKeys;
  }

  List<SeriesKey> storedKeys() {
    return storedKeys;
  }

  boolean hasStored(SeriesKey key) {
    return storedSet.contains(key);
  }
}
