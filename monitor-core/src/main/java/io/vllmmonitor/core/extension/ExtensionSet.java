package io.vllmmonitor.core.extension;

import io.vllmmonitor.api.guardrail.Guardrail;
import io.vllmmonitor.api.lifecycle.LifecycleListener;
import io.vllmmonitor.api.mitigation.Actuator;
import io.vllmmonitor.api.mitigation.MitigationStrategy;
import io.vllmmonitor.api.prediction.FailurePredictor;
import io.vllmmonitor.api.source.MetricsSource;
import java.util.List;

/**
 * The live instances for one target. Each list is an immutable snapshot that is replaced as a whole
 * when code comes, goes or changes; ask anew at every tick. Reading is thread-safe; instances are
 * called on the target's thread only (sources and actuators: one call at a time).
 */
public interface ExtensionSet {
  List<Bound<MetricsSource>> sources();

  List<Bound<LifecycleListener>> listeners();

  List<Bound<Guardrail>> guardrails();

  List<Bound<FailurePredictor>> predictors();

  List<Bound<MitigationStrategy>> strategies();

  List<Bound<Actuator>> actuators();

  /**
   * Saves the state of every instance that has one. Call on the target's thread, about every 30 s
   * and at the end.
   */
  void saveStates();

  /**
   * Saves the state of those instances that have asked for it since the last call. Call on the
   * target's thread, at every tick. Nothing where instances cannot ask.
   */
  default void saveAskedStates() {}
}
