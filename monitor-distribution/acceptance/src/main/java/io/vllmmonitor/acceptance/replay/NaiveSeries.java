package io.vllmmonitor.acceptance.replay;

import static java.util.Objects.requireNonNull;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/** A series as the naive reader sees it: name and sorted labels. */
public record NaiveSeries(String name, Map<String, String> labels) {
  public NaiveSeries {
    requireNonNull(name, "name");
    labels = Collections.unmodifiableMap(new TreeMap<>(labels));
  }
}
