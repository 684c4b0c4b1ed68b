package io.vllmmonitor.core.testing;

import io.vllmmonitor.api.guardrail.Guardrail;
import io.vllmmonitor.api.lifecycle.LifecycleListener;
import io.vllmmonitor.api.mitigation.Actuator;
import io.vllmmonitor.api.mitigation.MitigationStrategy;
import io.vllmmonitor.api.prediction.FailurePredictor;
import io.vllmmonitor.api.source.MetricsSource;
import io.vllmmonitor.core.extension.Bound;
import io.vllmmonitor.core.extension.ExtensionSet;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Instances that a test puts in and takes out. Thread-safe. */
public final class FakeExtensions implements ExtensionSet {
  public final List<Bound<Guardrail>> guardrails = new CopyOnWriteArrayList<>();
  public final List<Bound<FailurePredictor>> predictors = new CopyOnWriteArrayList<>();
  public final List<Bound<MitigationStrategy>> strategies = new CopyOnWriteArrayList<>();
  public final List<Bound<Actuator>> actuators = new CopyOnWriteArrayList<>();

  @Override
  public List<Bound<MetricsSource>> sources() {
    return List.of();
  }

  @Override
  public List<Bound<LifecycleListener>> listeners() {
    return List.of();
  }

  @Override
  public List<Bound<Guardrail>> guardrails() {
    return List.copyOf(guardrails);
  }

  @Override
  public List<Bound<FailurePredictor>> predictors() {
    return List.copyOf(predictors);
  }

  @Override
  public List<Bound<MitigationStrategy>> strategies() {
    return List.copyOf(strategies);
  }

  @Override
  public List<Bound<Actuator>> actuators() {
    return List.copyOf(actuators);
  }

  @Override
  public void saveStates() {}
}
