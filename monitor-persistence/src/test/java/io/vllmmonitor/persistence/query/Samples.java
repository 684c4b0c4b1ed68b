package io.vllmmonitor.persistence.query;

import io.vllmmonitor.api.sample.LabelMatcher;
import io.vllmmonitor.api.sample.Labels;
import io.vllmmonitor.api.sample.MetricCatalog;
import io.vllmmonitor.api.sample.MetricKind;
import io.vllmmonitor.api.sample.MetricSpec;
import io.vllmmonitor.api.sample.MetricType;
import io.vllmmonitor.api.sample.SampleBatch;
import io.vllmmonitor.api.sample.SeriesData;
import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.api.sample.SeriesSelector;
import io.vllmmonitor.api.sample.StaleMarker;
import io.vllmmonitor.api.target.TargetId;
import io.vllmmonitor.testkit.store.InMemorySeriesStore;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A small store with samples given by selector, second and value. */
final class Samples {
  static final MetricSpec KV =
      MetricSpec.of("kv", MetricKind.GAUGE, MetricType.RESOURCE, "ratio", "Use of the cache.")
          .withAliases("gpu_kv", "old_kv");

  final InMemorySeriesStore store =
      new InMemorySeriesStore(() -> Instant.parse("2030-01-01T00:00:00Z"));
  final MetricCatalog catalog = new MetricCatalog();

  Samples() {
    catalog.add(
        List.of(
            KV,
            MetricSpec.of(
                "ttft", MetricKind.HISTOGRAM, MetricType.PERFORMANCE, "seconds", "First token.")));
  }

  static Instant second(double seconds) {
    return Instant.ofEpochMilli(Math.round(seconds * 1_000));
  }

  /** Values at the given seconds: second, value, second, value… */
  Samples with(String selector, double... secondsAndValues) {
    SeriesKey key = key(selector);
    for (int i = 0; i < secondsAndValues.length; i += 2) {
      store.append(
          List.of(
              new SampleBatch(
                  new TargetId("a:1"),
                  second(secondsAndValues[i]),
                  List.of(key),
                  new double[] {secondsAndValues[i + 1]})));
    }
    return this;
  }

  private static SeriesKey key(String selector) {
    SeriesSelector parsed = SeriesSelector.parse(selector);
    Map<String, String> labels = new HashMap<>();
    for (LabelMatcher matcher : parsed.matchers()) {
      labels.put(matcher.label(), matcher.value());
    }
    return new SeriesKey(String.valueOf(parsed.name()), Labels.of(labels));
  }

  /** As {@code series second=value second=value}. */
  static String text(SeriesData data) {
    StringBuilder text = new StringBuilder(data.series().toString());
    for (int i = 0; i < data.size(); i++) {
      text.append(' ')
          .append(Texts.seconds(data.epochMillis(i)))
          .append('=')
          .append(StaleMarker.is(data.value(i)) ? "stale" : Texts.plain(data.value(i)));
    }
    return text.toString();
  }
}
