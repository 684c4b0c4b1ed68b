package io.vllmmonitor.persistence.query;

import static io.vllmmonitor.api.error.ErrorCode.QUERY_TOO_LARGE;
import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.sample.Labels;
import io.vllmmonitor.api.sample.MetricCatalog;
import io.vllmmonitor.api.sample.Sample;
import io.vllmmonitor.api.sample.SeriesData;
import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.api.sample.SeriesRollup;
import io.vllmmonitor.api.sample.SeriesSelector;
import io.vllmmonitor.api.store.SampleVisitor;
import io.vllmmonitor.api.store.SeriesStore;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * Reads a series store under every name that a metric had. Stored names stay as exposed; a metric
 * that was renamed between two releases of the server is one history under the name that was asked
 * for, whichever of its names that is.
 *
 * <p>The rule, for each set of labels: the samples of the asked name count, and those of its other
 * names (in the catalogue's order) that lie outside the time that the names before them cover.
 * Stale markers cover nothing, so the marker that ended the old name gives way to the first sample
 * of the new one. A selector without an exact name is read as it is. Thread-safe; may block on the
 * disk.
 */
public final class AliasedSeries {
  private static final int KEPT_SELECTORS = 64;

  private final SeriesStore store;
  private final MetricCatalog catalog;
  private final RecentlyUsed<SeriesSelector, Predicate<SeriesKey>> checked =
      new RecentlyUsed<>(KEPT_SELECTORS);

  public AliasedSeries(SeriesStore store, MetricCatalog catalog) {
    this.store = requireNonNull(store, "store");
    this.catalog = requireNonNull(catalog, "catalog");
  }

  /**
   * Samples of all matching series, sorted by series, oldest first, stale markers included.
   *
   * @param from inclusive
   * @param to inclusive
   * @throws MonitorException QUERY_TOO_LARGE beyond {@code maxSamples}; SELECTOR_MALFORMED for a
   *     pattern that is none or costs too much
   */
  public List<SeriesData> read(SeriesSelector selector, Instant from, Instant to, int maxSamples) {
    checkPatterns(selector);
    String asked = selector.name();
    List<String> names = asked == null ? List.of() : catalog.names(asked);
    if (asked == null || names.size() == 1) {
      return store.read(selector, from, to, maxSamples);
    }
    Map<Labels, SeriesData> merged = new TreeMap<>();
    for (String name : names) {
      for (SeriesData data : store.read(selector.withName(name), from, to, maxSamples)) {
        SeriesKey key = new SeriesKey(asked, data.series().labels());
        SeriesData before = merged.get(key.labels());
        merged.put(key.labels(), SeriesMerge.merge(key, before, data));
      }
    }
    long samples = merged.values().stream().mapToLong(SeriesData::size).sum();
    if (samples > maxSamples) {
      throw new MonitorException(
          QUERY_TOO_LARGE,
          Blame.OPERATOR,
          "Selector "
              + selector
              + " finds more than "
              + maxSamples
              + " samples under all names of the metric; ask for a shorter time or fewer series");
    }
    return List.copyOf(merged.values());
  }

  /**
   * Hands the samples of all matching series to a visitor, each series once, in any order.
   *
   * @param mostHeld how many samples may be held in memory where a metric has several names
   */
  void scan(
      Expression.Series selector,
      Instant from,
      Instant to,
      int maxSamples,
      int mostHeld,
      SampleVisitor visitor) {
    if (selector.exact() || hasOneName(selector)) {
      checkPatterns(selector.selector());
      store.scan(selector.selector(), from, to, maxSamples, visitor);
      return;
    }
    for (SeriesData data : read(selector.selector(), from, to, Math.min(maxSamples, mostHeld))) {
      long[] times = new long[data.size()];
      double[] values = new double[data.size()];
      data.copyTo(times, values);
      visitor.series(data.series(), times, values, data.size());
    }
  }

  private boolean hasOneName(Expression.Series selector) {
    String asked = selector.selector().name();
    return asked == null || catalog.names(asked).size() == 1;
  }

  /**
   * Aggregates of all matching series, sorted by series.
   *
   * @return empty where the metric has several names, whose samples must be merged first
   */
  Optional<List<SeriesRollup>> rollup(
      Expression.Series selector, Instant from, Instant to, Duration resolution, int most) {
    checkPatterns(selector.selector());
    if (!selector.exact() && !hasOneName(selector)) {
      return Optional.empty();
    }
    return Optional.of(store.rollup(selector.selector(), from, to, resolution, most));
  }

  /**
   * The newest sample of all matching series, sorted by series.
   *
   * @param from series that have a sample since then are wanted
   * @return empty where the store may not know all of those, and where the metric has several
   *     names, whose samples must be merged first
   */
  Optional<List<Sample>> latest(Expression.Series selector, Instant from) {
    checkPatterns(selector.selector());
    if (from.isBefore(store.latestSince())) {
      return Optional.empty();
    }
    if (!selector.exact() && !hasOneName(selector)) {
      return Optional.empty();
    }
    return Optional.of(store.latest(selector.selector()));
  }

  /** As {@link #read}, under the stored name alone. */
  List<SeriesData> readExactly(SeriesSelector selector, Instant from, Instant to, int maxSamples) {
    checkPatterns(selector);
    return store.read(selector, from, to, maxSamples);
  }

  /** The matching series that have a sample in the span, under the asked name, sorted. */
  public List<SeriesKey> series(SeriesSelector selector, Instant from, Instant to) {
    checkPatterns(selector);
    String asked = selector.name();
    if (asked == null) {
      return store.series(selector, from, to);
    }
    TreeSet<SeriesKey> found = new TreeSet<>();
    for (String name : catalog.names(asked)) {
      for (SeriesKey key : store.series(selector.withName(name), from, to)) {
        found.add(new SeriesKey(asked, key.labels()));
      }
    }
    return new ArrayList<>(found);
  }

  /** As {@link #series}, under the stored name alone. */
  List<SeriesKey> seriesExactly(SeriesSelector selector, Instant from, Instant to) {
    checkPatterns(selector);
    return store.series(selector, from, to);
  }

  /** Refuses patterns before they can cost anything, whatever the store does with them. */
  private void checkPatterns(SeriesSelector selector) {
    if (!selector.matchers().isEmpty()) {
      var unused = checked.get(selector, one -> one.compile(LabelPatterns::compile));
    }
  }
}
