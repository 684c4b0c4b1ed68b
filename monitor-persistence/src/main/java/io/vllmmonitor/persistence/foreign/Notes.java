package io.vllmmonitor.persistence.foreign;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Counts what has no place here, by reason. Confined to one thread. */
final class Notes {
  private final Map<String, Long> counts = new TreeMap<>();

  void count(String what) {
    counts.merge(what, 1L, Long::sum);
  }

  List<String> lines() {
    return counts.entrySet().stream()
        .map(entry -> entry.getKey() + ": " + entry.getValue())
        .toList();
  }

  void clear() {
    counts.clear();
  }
}
