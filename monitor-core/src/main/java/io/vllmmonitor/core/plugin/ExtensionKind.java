package io.vllmmonitor.core.plugin;

import io.vllmmonitor.api.extension.Extension;
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
import java.util.Locale;

/** The kinds of extensions that code can bring. */
enum ExtensionKind {
  SOURCE(MetricsSource.class),
  LISTENER(LifecycleListener.class),
  GUARDRAIL(Guardrail.class),
  PREDICTOR(FailurePredictor.class),
  MITIGATION(MitigationStrategy.class),
  ACTUATOR(Actuator.class),
  DISCOVERY(TargetDiscovery.class),
  LEARNER(Learner.class),
  NOTIFIER(Notifier.class),
  EXPORTER(Exporter.class);

  private final Class<? extends Extension> type;

  ExtensionKind(Class<? extends Extension> type) {
    this.type = type;
  }

  /** The interface of the API. */
  Class<? extends Extension> type() {
    return type;
  }

  /** Whether it only judges samples, so that it can be tried on old ones. */
  boolean isRehearsed() {
    return this == GUARDRAIL || this == PREDICTOR;
  }

  /** The word for people, such as {@code guardrail}. */
  String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
