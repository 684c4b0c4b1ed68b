package io.vllmmonitor.persistence.verify;

import static java.util.Objects.requireNonNull;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * What was read of one part of the store. Immutable.
 *
 * @param name {@code records}, {@code samples}, {@code aggregates} or {@code backup}
 * @param files that were looked at
 * @param bytes of these files
 * @param checked how many pieces of each sort were read, such as {@code blocks}, sorted
 * @param findings how many things are wrong
 */
public record PartReport(
    String name, int files, long bytes, Map<String, Long> checked, long findings) {
  public PartReport {
    requireNonNull(name, "name");
    checked = Collections.unmodifiableMap(new TreeMap<>(checked));
  }
}
