package io.vllmmonitor.api.sample;

import static java.util.Objects.requireNonNull;

import java.util.Comparator;

/**
 * The identity of a series: the metric name as exposed and its labels. On a page it has the labels
 * of the page; in the store it also has {@code job} and {@code instance}. Immutable.
 */
public record SeriesKey(String name, Labels labels) implements Comparable<SeriesKey> {
  private static final Comparator<SeriesKey> ORDER =
      Comparator.comparing(SeriesKey::name).thenComparing(SeriesKey::labels);

  public SeriesKey {
    requireNonNull(name, "name");
    requireNonNull(labels, "labels");
  }

  /** A series without labels. */
  public static SeriesKey of(String name) {
    return new SeriesKey(name, Labels.none());
  }

  @Override
  public int compareTo(SeriesKey other) {
    return ORDER.compare(this, other);
  }

  /** As Prometheus prints it, {@code vllm:num_requests_running{engine="0"}}. */
  @Override
  public String toString() {
    return name + labels;
  }
}
