package io.vllmmonitor.api.plugin;

import io.vllmmonitor.api.extension.Incubating;
import io.vllmmonitor.api.guardrail.Guardrail;
import io.vllmmonitor.api.learning.Learner;
import io.vllmmonitor.api.lifecycle.LifecycleListener;
import io.vllmmonitor.api.mitigation.Actuator;
import io.vllmmonitor.api.mitigation.MitigationStrategy;
import io.vllmmonitor.api.notify.Exporter;
import io.vllmmonitor.api.notify.Notifier;
import io.vllmmonitor.api.prediction.FailurePredictor;
import io.vllmmonitor.api.source.MetricsSource;
import io.vllmmonitor.api.source.TargetDiscovery;
import java.util.List;

/**
 * What a plugin jar brings, one method per kind, each empty by default. The jar names its one
 * implementation in {@code META-INF/services/io.vllmmonitor.api.plugin.MonitorPlugin}; it needs a
 * public constructor without parameters. Every method is called once per target (the context has
 * one), except {@link #discoveries}, {@link #learners}, {@link #notifiers} and {@link #exporters},
 * which are called once per daemon; each call must answer new instances. What is thrown rejects the
 * plugin and hurts nothing else.
 */
@Incubating(review = "2027-03-01")
public interface MonitorPlugin {
  /** What looks for targets. */
  default List<TargetDiscovery> discoveries(PluginContext context) {
    return List.of();
  }

  /** What collects the samples of the target. */
  default List<MetricsSource> sources(PluginContext context) {
    return List.of();
  }

  /** What hears of the transitions of the target. */
  default List<LifecycleListener> lifecycleListeners(PluginContext context) {
    return List.of();
  }

  /** Rules over the samples of the target. */
  default List<Guardrail> guardrails(PluginContext context) {
    return List.of();
  }

  /** What knows ways out of incidents. */
  default List<MitigationStrategy> mitigations(PluginContext context) {
    return List.of();
  }

  /** What executes actions on the target. */
  default List<Actuator> actuators(PluginContext context) {
    return List.of();
  }

  /** What foretells failures of the target. */
  default List<FailurePredictor> predictors(PluginContext context) {
    return List.of();
  }

  /** What learns from outcomes. */
  default List<Learner> learners(PluginContext context) {
    return List.of();
  }

  /** What tells people. */
  default List<Notifier> notifiers(PluginContext context) {
    return List.of();
  }

  /** What hands samples on. */
  default List<Exporter> exporters(PluginContext context) {
    return List.of();
  }
}
