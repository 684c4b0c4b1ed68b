package io.vllmmonitor.daemon.web;

import io.vllmmonitor.api.sample.LabelMatcher;
import io.vllmmonitor.api.sample.MetricCatalog;
import io.vllmmonitor.api.sample.Sample;
import io.vllmmonitor.api.sample.SeriesSelector;
import io.vllmmonitor.api.store.SeriesStore;
import io.vllmmonitor.persistence.query.LabelPatterns;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Finds series under all names of their family. */
final class SeriesReads {
  private final SeriesStore store;
  private final MetricCatalog catalog;

  SeriesReads(SeriesStore store, MetricCatalog catalog) {
    this.store = store;
    this.catalog = catalog;
  }

  /** The newest sample of each series, sorted by series. */
  List<Sample> latest(SeriesSelector selector) {
    // Compiled once here, where a pattern that is none, or costs too much, is refused with a code.
    var unused = selector.compile(LabelPatterns::compile);
    return everyName(selector)
        .flatMap(named -> store.latest(named).stream())
        .sorted(Comparator.comparing(Sample::series))
        .toList();
  }

  private Stream<SeriesSelector> everyName(SeriesSelector selector) {
    String name = selector.name();
    return name == null
        ? Stream.of(selector)
        : catalog.names(name).stream().map(selector::withName);
  }

  /** The same selector on one target. */
  static SeriesSelector ofTarget(SeriesSelector selector, String instance) {
    return selector.and(new LabelMatcher("instance", LabelMatcher.Operator.EQUAL, instance));
  }
}
