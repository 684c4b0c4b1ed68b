package io.vllmmonitor.persistence.series;

import io.vllmmonitor.api.sample.SeriesData;
import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.api.sample.SeriesSelector;
import io.vllmmonitor.api.store.SampleVisitor;
import io.vllmmonitor.persistence.query.LabelPatterns;
import io.vllmmonitor.persistence.query.RecentlyUsed;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

/** Reads samples from the day files. Thread-safe. */
final class SeriesReads {
  private static final int KEPT_SELECTORS = 64;

  /** How many series a scan over several files holds in memory at once, and their samples. */
  private static final int SERIES_AT_ONCE = 128;

  private static final int SAMPLES_AT_ONCE = 5_000_000;

  private final Partitions partitions;
  private final RecentlyUsed<SeriesSelector, Predicate<SeriesKey>> compiled =
      new RecentlyUsed<>(KEPT_SELECTORS);

  SeriesReads(Partitions partitions) {
    this.partitions = partitions;
  }

  /**
   * The test of a selector.
   *
   * @throws io.vllmmonitor.api.error.MonitorException SELECTOR_MALFORMED
   */
  Predicate<SeriesKey> compile(SeriesSelector selector) {
    return compiled.get(selector, one -> one.compile(LabelPatterns::compile));
  }

  /** As the store's method of this name. */
  List<SeriesKey> series(SeriesSelector selector, Instant from, Instant to) {
    Predicate<SeriesKey> wanted = compile(selector);
    Span span = Span.of(from, to);
    Set<SeriesKey> found = new TreeSet<>();
    for (long day : span.days(partitions)) {
      partitions.with(
          day,
          partition -> {
            partition.seriesIn(span.from, span.to, wanted, found);
            return true;
          });
    }
    return List.copyOf(found);
  }

  /** As the store's method of this name. */
  List<SeriesData> read(SeriesSelector selector, Instant from, Instant to, int maxSamples) {
    SampleCollector found = new SampleCollector(selector, maxSamples);
    collect(Span.of(from, to), compile(selector), found);
    return found.finish();
  }

  private void collect(Span span, Predicate<SeriesKey> wanted, SampleCollector into) {
    for (long day : span.days(partitions)) {
      partitions.with(
          day,
          partition -> {
            partition.read(span.from, span.to, wanted, into);
            return true;
          });
    }
  }

  /**
   * For aggregates: everything that came from one target in a span, whatever the labels of the
   * series say, without the deadline of a query.
   */
  List<SeriesData> readTarget(String target, long from, long to) {
    SampleCollector found = new SampleCollector(SeriesSelector.all(), Integer.MAX_VALUE);
    for (long day : partitions.days(Days.of(from), Days.of(to))) {
      boolean unused =
          partitions.with(
              day,
              partition -> {
                partition.readTarget(target, from, to, found);
                return true;
              });
    }
    return found.finish();
  }

  /**
   * As the store's method of this name. Within one file the samples go from the columns to the
   * visitor, a pack of series at a time; over several files some series are gathered at a time, so
   * that what is held in memory stays bounded.
   */
  void scan(
      SeriesSelector selector, Instant from, Instant to, int maxSamples, SampleVisitor visitor) {
    Predicate<SeriesKey> wanted = compile(selector);
    Span span = Span.of(from, to);
    List<Long> days = span.days(partitions);
    boolean done = days.isEmpty();
    if (days.size() == 1) {
      SampleCollector found = new SampleCollector(selector, maxSamples);
      done =
          partitions.with(
              days.get(0), partition -> partition.scan(span.from, span.to, wanted, found, visitor));
    }
    if (!done) {
      scanSome(selector, from, to, maxSamples, visitor);
    }
  }

  private void scanSome(
      SeriesSelector selector, Instant from, Instant to, int maxSamples, SampleVisitor visitor) {
    List<SeriesKey> keys = series(selector, from, to);
    Span span = Span.of(from, to);
    long left = maxSamples;
    for (int first = 0; first < keys.size(); first += SERIES_AT_ONCE) {
      int last = Math.min(keys.size(), first + SERIES_AT_ONCE);
      Set<SeriesKey> some = new HashSet<>(keys.subList(first, last));
      SampleCollector found =
          new SampleCollector(
              selector,
              Math.min(left, SAMPLES_AT_ONCE),
              left > SAMPLES_AT_ONCE ? SAMPLES_AT_ONCE : maxSamples);
      collect(span, some::contains, found);
      left -= found.count();
      found.visit(visitor);
    }
  }

  /** Whole milliseconds, both ends inclusive. */
  private record Span(long from, long to) {
    static Span of(Instant from, Instant to) {
      return new Span(Days.ceilingMillis(from), Days.floorMillis(to));
    }

    /** Those that have files. */
    List<Long> days(Partitions partitions) {
      return from > to ? List.of() : partitions.days(Days.of(from), Days.of(to));
    }
  }
}
