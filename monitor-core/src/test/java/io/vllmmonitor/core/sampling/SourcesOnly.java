package io.vllmmonitor.core.sampling;

import io.vllmmonitor.api.guardrail.Guardrail;
import io.vllmmonitor.api.lifecycle.LifecycleListener;
import io.vllmmonitor.api.mitigation.Actuator;
import io.vllmmonitor.api.mitigation.MitigationStrategy;
import io.vllmmonitor.api.prediction.FailurePredictor;
import io.vllmmonitor.api.source.MetricsSource;
import io.vllmmonitor.core.extension.Bound;
import io.vllmmonitor.core.extension.ExtensionSet;
import java.util.ArrayList;
import java.util.List;

/** The extensions of a target that has sources and nothing else. */
final class SourcesOnly implements ExtensionSet {
  private final List<Bound<MetricsSource>> sources = new ArrayList<>();

  SourcesOnly(MetricsSource... given) {
    for (MetricsSource source : given) {
      sources.add(new Bound<>(source, "unit-" + sources.size(), "00", false));
    }
  }

  @Override
  public List<Bound<MetricsSource>> sources() {
    return List.copyOf(sources);
  }

  @Override
  public List<Bound<LifecycleListener>> listeners() {
    return List.of();
  }

  @Override
  public List<Bound<Guardrail>> guardrails() {
    return List.of();
  }

  @Override
  public List<Bound<FailurePredictor>> predictors() {
    return List.of();
  }

  @Override
  public List<Bound<MitigationStrategy>> strategies() {
    return List.of();
  }

  @Override
  public List<Bound<Actuator>> actuators() {
    return List.of();
  }

  @Override
  public void saveStates() {}
}
