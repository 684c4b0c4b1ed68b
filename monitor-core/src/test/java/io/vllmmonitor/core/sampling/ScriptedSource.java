package io.vllmmonitor.core.sampling;

import io.vllmmonitor.api.sample.Labels;
import io.vllmmonitor.api.sample.MetricKind;
import io.vllmmonitor.api.sample.MetricSpec;
import io.vllmmonitor.api.sample.MetricType;
import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.api.source.CollectScope;
import io.vllmmonitor.api.source.MetricsSource;
import io.vllmmonitor.api.source.SampleSink;
import io.vllmmonitor.api.target.Target;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/** A source that gives what the test says. */
final class ScriptedSource implements MetricsSource {
  final Map<SeriesKey, Double> page = new LinkedHashMap<>();
  final AtomicInteger calls = new AtomicInteger();
  volatile Script script = this::givePage;

  interface Script {
    void collect(SampleSink sink, CollectScope scope) throws InterruptedException;
  }

  ScriptedSource with(String name, double value) {
    page.put(SeriesKey.of(name), value);
    return this;
  }

  ScriptedSource with(String name, Map<String, String> labels, double value) {
    page.put(new SeriesKey(name, Labels.of(labels)), value);
    return this;
  }

  void givePage(SampleSink sink, CollectScope scope) {
    page.forEach(sink::sample);
  }

  @Override
  public String id() {
    return "scripted";
  }

  @Override
  public List<MetricSpec> metrics() {
    return List.of(
        MetricSpec.of("vllm:new", MetricKind.GAUGE, MetricType.CUSTOM, "", "A gauge.")
            .withAliases("vllm:old"));
  }

  @Override
  public void probe(Target target, CollectScope scope) {}

  @Override
  public void collect(Target target, SampleSink sink, CollectScope scope) {
    calls.incrementAndGet();
    try {
      script.collect(sink, scope);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
