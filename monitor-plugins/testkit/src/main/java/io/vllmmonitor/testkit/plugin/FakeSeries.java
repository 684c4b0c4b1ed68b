package io.vllmmonitor.testkit.plugin;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.sample.LabelMatcher;
import io.vllmmonitor.api.sample.Labels;
import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.api.sample.SeriesSelector;
import io.vllmmonitor.api.sample.StaleMarker;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.DoubleUnaryOperator;

/** The samples of one series of a {@link FakeMetricView}, by time. */
final class FakeSeries {
  private final NavigableMap<Instant, Double> samples = new TreeMap<>();

  static SeriesKey key(String text) {
    SeriesSelector selector = SeriesSelector.parse(text);
    Map<String, String> labels = new TreeMap<>();
    for (LabelMatcher matcher : selector.matchers()) {
      labels.put(matcher.label(), matcher.value());
    }
    return new SeriesKey(requireNonNull(selector.name(), text), Labels.of(labels));
  }

  void add(Instant at, double value) {
    samples.put(at, value);
  }

  void replaceAll(DoubleUnaryOperator change) {
    samples.replaceAll((at, value) -> change.applyAsDouble(value));
  }

  double newest() {
    return samples.lastEntry().getValue();
  }

  double age(Instant now) {
    return Duration.between(samples.lastKey(), now).toMillis() / 1000.0;
  }

  FakeWindow window(Instant now, double seconds) {
    Instant from = now.minusMillis(Math.round(seconds * 1000));
    NavigableMap<Instant, Double> part = new TreeMap<>(samples.subMap(from, true, now, true));
    part.values().removeIf(StaleMarker::is);
    return new FakeWindow(part);
  }
}
