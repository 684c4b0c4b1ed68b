package io.vllmmonitor.simulator.engine;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Cached prefixes by group, least recently used first. Its blocks count as free and yield to
 * requests.
 */
final class PrefixCache {
  private final Map<Long, Integer> blocksByGroup = new LinkedHashMap<>(16, 0.75f, true);
  private int blocks;

  /** Cached blocks of the group, 0 if none. */
  int lookUp(long group) {
    Integer cached = blocksByGroup.get(group);
    return cached == null ? 0 : cached;
  }

  void put(long group, int count) {
    if (count <= 0) {
      return;
    }
    Integer before = blocksByGroup.put(group, count);
    blocks += count - (before == null ? 0 : before);
  }

  /** Evicts until at most {@code limit} blocks are cached. */
  void shrinkTo(int limit) {
    Iterator<Integer> oldest = blocksByGroup.values().iterator();
    while (blocks > limit && oldest.hasNext()) {
      blocks -= oldest.next();
      oldest.remove();
    }
  }

  void clear() {
    blocksByGroup.clear();
    blocks = 0;
  }
}
