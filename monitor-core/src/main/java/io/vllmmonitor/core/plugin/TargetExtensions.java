package io.vllmmonitor.core.plugin;

import io.vllmmonitor.api.extension.Extension;
import io.vllmmonitor.api.guardrail.Guardrail;
import io.vllmmonitor.api.lifecycle.LifecycleListener;
import io.vllmmonitor.api.mitigation.Actuator;
import io.vllmmonitor.api.mitigation.MitigationStrategy;
import io.vllmmonitor.api.prediction.FailurePredictor;
import io.vllmmonitor.api.source.MetricsSource;
import io.vllmmonitor.api.target.Target;
import io.vllmmonitor.core.extension.Bound;
import io.vllmmonitor.core.extension.ExtensionSet;
import java.util.List;

/** The instances of one target; the lists are swapped as a whole. Thread-safe. */
final class TargetExtensions implements ExtensionSet {
  private final Target target;
  private final StateSaver saver;
  private volatile Lists lists =
      new Lists(List.of(), List.of(), List.of(), List.of(), List.of(), List.of());
  private volatile List<Instance> instances = List.of();

  /** One consistent set. */
  private record Lists(
      List<Bound<MetricsSource>> sources,
      List<Bound<LifecycleListener>> listeners,
      List<Bound<Guardrail>> guardrails,
      List<Bound<FailurePredictor>> predictors,
      List<Bound<MitigationStrategy>> strategies,
      List<Bound<Actuator>> actuators) {}

  TargetExtensions(Target target, StateSaver saver) {
    this.target = target;
    this.saver = saver;
  }

  Target target() {
    return target;
  }

  void replace(List<Instance> replacement) {
    lists =
        new Lists(
            select(replacement, ExtensionKind.SOURCE, MetricsSource.class),
            select(replacement, ExtensionKind.LISTENER, LifecycleListener.class),
            select(replacement, ExtensionKind.GUARDRAIL, Guardrail.class),
            select(replacement, ExtensionKind.PREDICTOR, FailurePredictor.class),
            select(replacement, ExtensionKind.MITIGATION, MitigationStrategy.class),
            select(replacement, ExtensionKind.ACTUATOR, Actuator.class));
    instances = List.copyOf(replacement);
  }

  static <E extends Extension> List<Bound<E>> select(
      List<Instance> instances, ExtensionKind kind, Class<E> type) {
    return instances.stream()
        .filter(instance -> instance.kind() == kind)
        .map(instance -> instance.bound(type))
        .toList();
  }

  @Override
  public List<Bound<MetricsSource>> sources() {
    return lists.sources();
  }

  @Override
  public List<Bound<LifecycleListener>> listeners() {
    return lists.listeners();
  }

  @Override
  public List<Bound<Guardrail>> guardrails() {
    return lists.guardrails();
  }

  @Override
  public List<Bound<FailurePredictor>> predictors() {
    return lists.predictors();
  }

  @Override
  public List<Bound<MitigationStrategy>> strategies() {
    return lists.strategies();
  }

  @Override
  public List<Bound<Actuator>> actuators() {
    return lists.actuators();
  }

  @Override
  public void saveStates() {
    saver.save(instances);
  }

  @Override
  public void saveAskedStates() {
    saver.saveAsked(instances);
  }
}
