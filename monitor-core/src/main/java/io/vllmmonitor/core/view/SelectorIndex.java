package io.vllmmonitor.core.view;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.sample.MetricCatalog;
import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.api.sample.SeriesSelector;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Finds the columns that a selector means. Columns are indexed by metric name; selectors are parsed
 * once and remember what they matched until a column comes or goes. What matches comes in the order
 * of the keys, whoever came first, so that a sum has the same last digit in a replay.
 */
final class SelectorIndex {
  private static final int MOST_PARSED = 1_000;
  private static final Comparator<SeriesColumn> BY_KEY = Comparator.comparing(SeriesColumn::key);

  private final MetricCatalog catalog;
  private final Map<String, List<SeriesColumn>> byName = new TreeMap<>();
  private final Map<String, Parsed> parsed =
      new LinkedHashMap<>(64, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Parsed> eldest) {
          return size() > MOST_PARSED;
        }
      };
  private long version;

  SelectorIndex(MetricCatalog catalog) {
    this.catalog = catalog;
  }

  /** A selector that was read, with the columns it matched under each metric name. */
  private final class Parsed {
    private final SeriesSelector selector;
    private final Predicate<SeriesKey> labels;
    private final Map<String, List<SeriesColumn>> matches = new HashMap<>();
    private long matchesVersion = -1;

    Parsed(String text) {
      selector = SeriesSelector.parse(text);
      labels = selector.withName(null).compile(pattern -> refused(text));
    }

    private static Predicate<String> refused(String text) {
      throw new MonitorException(
          ErrorCode.SELECTOR_MALFORMED,
          Blame.PLUGIN,
          "Selector \"" + text + "\" uses a pattern; a view takes = and != only");
    }

    List<SeriesColumn> named(@Nullable String name) {
      if (matchesVersion != version) {
        matches.clear();
        matchesVersion = version;
      }
      return matches.computeIfAbsent(name == null ? "" : name, unused -> match(name));
    }

    private List<SeriesColumn> match(@Nullable String name) {
      List<SeriesColumn> found = new ArrayList<>();
      if (name == null) {
        byName.values().forEach(columns -> addMatching(columns, found));
      } else {
        addMatching(byName.getOrDefault(name, List.of()), found);
      }
      return found;
    }

    private void addMatching(List<SeriesColumn> columns, List<SeriesColumn> into) {
      for (SeriesColumn column : columns) {
        if (labels.test(column.key())) {
          into.add(column);
        }
      }
    }
  }

  void add(SeriesColumn column) {
    List<SeriesColumn> columns =
        byName.computeIfAbsent(column.key().name(), unused -> new ArrayList<>());
    int place = Collections.binarySearch(columns, column, BY_KEY);
    columns.add(place < 0 ? -place - 1 : place, column);
    version++;
  }

  void remove(SeriesColumn column) {
    List<SeriesColumn> columns = byName.get(column.key().name());
    if (columns != null) {
      columns.remove(column);
      if (columns.isEmpty()) {
        byName.remove(column.key().name());
      }
    }
    version++;
  }

  /**
   * The columns of the first name that has usable ones: the name asked for, its current name, older
   * names.
   *
   * @param suffix to add to the name, such as {@code _bucket}; empty for none
   */
  List<SeriesColumn> find(String text, String suffix, Predicate<SeriesColumn> usable) {
    Parsed selector = parsed.get(text);
    if (selector == null) {
      selector = new Parsed(text);
      parsed.put(text, selector);
    }
    String name = selector.selector.name();
    if (name == null) {
      if (!suffix.isEmpty()) {
        throw new MonitorException(
            ErrorCode.SELECTOR_MALFORMED,
            Blame.PLUGIN,
            "Selector \"" + text + "\" has no metric name; a histogram is asked for by its name");
      }
      return usable(selector.named(null), usable);
    }
    for (String candidate : catalog.names(name.endsWith(suffix) ? name : name + suffix)) {
      List<SeriesColumn> found = usable(selector.named(candidate), usable);
      if (!found.isEmpty()) {
        return found;
      }
    }
    return List.of();
  }

  private static List<SeriesColumn> usable(
      List<SeriesColumn> columns, Predicate<SeriesColumn> usable) {
    List<SeriesColumn> found = new ArrayList<>(columns.size());
    for (SeriesColumn column : columns) {
      if (usable.test(column)) {
        found.add(column);
      }
    }
    return found;
  }
}
