package io.vllmmonitor.api.sample;

import java.util.Arrays;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The labels of a series, sorted by name, without the metric name. Two label sets are equal when
 * they hold the same pairs, whatever the order in which they were given. A label with an empty
 * value is the same as no label, as in Prometheus, and is dropped. Immutable and thread-safe.
 */
public final class Labels implements Comparable<Labels> {
  private static final Labels NONE = new Labels(new String[0]);

  private final String[] pairs; // name, value, name, value … sorted by name
  private final int hash;

  private Labels(String[] pairs) {
    this.pairs = pairs;
    this.hash = Arrays.hashCode(pairs);
  }

  /** No labels. */
  public static Labels none() {
    return NONE;
  }

  /** One label. */
  public static Labels of(String name, String value) {
    return of(Map.of(name, value));
  }

  /** Two labels. */
  public static Labels of(String name1, String value1, String name2, String value2) {
    return of(Map.of(name1, value1, name2, value2));
  }

  /** These labels, copied. */
  public static Labels of(Map<String, String> labels) {
    TreeMap<String, String> sorted = new TreeMap<>(labels);
    sorted.values().removeIf(String::isEmpty);
    String[] pairs = new String[sorted.size() * 2];
    int next = 0;
    for (Map.Entry<String, String> label : sorted.entrySet()) {
      pairs[next++] = label.getKey();
      pairs[next++] = label.getValue();
    }
    return pairs.length == 0 ? NONE : new Labels(pairs);
  }

  /** The value of a label, or null when the label is absent. */
  public @Nullable String get(String name) {
    for (int i = 0; i < pairs.length; i += 2) {
      if (pairs[i].equals(name)) {
        return pairs[i + 1];
      }
    }
    return null;
  }

  /** How many labels there are. */
  public int size() {
    return pairs.length / 2;
  }

  /** Gives each label to the consumer, in order of their names. */
  public void forEach(BiConsumer<String, String> consumer) {
    for (int i = 0; i < pairs.length; i += 2) {
      consumer.accept(pairs[i], pairs[i + 1]);
    }
  }

  /** A copy as a sorted map that the caller may change. */
  public NavigableMap<String, String> toMap() {
    NavigableMap<String, String> map = new TreeMap<>();
    forEach(map::put);
    return map;
  }

  /** These labels and one more; an existing one of that name is replaced. */
  public Labels with(String name, String value) {
    NavigableMap<String, String> map = toMap();
    map.put(name, value);
    return of(map);
  }

  /** These labels without the one of that name. */
  public Labels without(String name) {
    NavigableMap<String, String> map = toMap();
    map.remove(name);
    return of(map);
  }

  @Override
  public int compareTo(Labels other) {
    return Arrays.compare(pairs, other.pairs);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Labels labels
        && hash == labels.hash
        && Arrays.equals(pairs, labels.pairs);
  }

  @Override
  public int hashCode() {
    return hash;
  }

  /**
   * As Prometheus prints them, {@code {engine="0",model_name="tiny"}}; nothing when there are none.
   */
  @Override
  public String toString() {
    if (pairs.length == 0) {
      return "";
    }
    StringBuilder text = new StringBuilder("{");
    for (int i = 0; i < pairs.length; i += 2) {
      if (i > 0) {
        text.append(',');
      }
      text.append(pairs[i]).append("=\"").append(escape(pairs[i + 1])).append('"');
    }
    return text.append('}').toString();
  }

  private static String escape(String value) {
    return value.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
  }
}
