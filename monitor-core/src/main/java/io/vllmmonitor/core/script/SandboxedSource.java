package io.vllmmonitor.core.script;

import io.vllmmonitor.api.sample.MetricSpec;
import io.vllmmonitor.api.source.CollectScope;
import io.vllmmonitor.api.source.MetricsSource;
import io.vllmmonitor.api.source.SampleSink;
import io.vllmmonitor.api.target.Target;
import java.util.List;

/** A metrics source of a dropped source. */
final class SandboxedSource extends SandboxedExtension<MetricsSource> implements MetricsSource {
  SandboxedSource(MetricsSource source, GuardedCalls calls) {
    super(source, calls);
  }

  @Override
  public List<MetricSpec> metrics() {
    // Copied under the budget: with erased generics the list may hold anything.
    return answer("metrics()", source -> AnswerTypes.specs(source.metrics()));
  }

  @Override
  public void probe(Target target, CollectScope scope) {
    tell("probe()", source -> source.probe(target, scope));
  }

  @Override
  public void collect(Target target, SampleSink sink, CollectScope scope) {
    tell("collect()", source -> source.collect(target, sink, scope));
  }
}
