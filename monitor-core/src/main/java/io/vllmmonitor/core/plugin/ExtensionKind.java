package io.vllmmonitor.core.plugin;

import io.vllmmonitor.api.extension.Extension;
import io.vllmmonitor.api.guardrail.Guardrail;
import io.vllmmonitor.api.learning.Learner;
import io.vllmmonitor.api.lifecycle.LifecycleListener;
import io.vllmmonitor.api.mitigation.Actuator;
import io.vllmmonitor.api.mitigation.MitigationStrategy;
import io.vllmmonitor.api.notify.Exporter;
import io.vllmmonitor.api.notify.Notifier;
import io.vllmmonitor.api.plugin.PluginType;
import io.vllmmonitor.api.prediction.FailurePredictor;
import io.vllmmonitor.api.source.MetricsSource;
import io.vllmmonitor.api.source.TargetDiscovery;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** The kinds of extensions that code can bring. */
enum ExtensionKind {
  SOURCE(MetricsSource.class, PluginType.COLLECTOR),
  LISTENER(LifecycleListener.class, PluginType.STATE_HANDLER),
  GUARDRAIL(Guardrail.class, PluginType.GUARDRAIL),
  PREDICTOR(FailurePredictor.class, PluginType.ANALYZER),
  MITIGATION(MitigationStrategy.class, PluginType.INTERVENTION),
  ACTUATOR(Actuator.class, PluginType.INTERVENTION),
  DISCOVERY(TargetDiscovery.class, PluginType.COLLECTOR),
  LEARNER(Learner.class, PluginType.ANALYZER),
  NOTIFIER(Notifier.class, PluginType.EXPORTER),
  EXPORTER(Exporter.class, PluginType.EXPORTER);

  private final Class<? extends Extension> type;
  private final PluginType pluginType;

  ExtensionKind(Class<? extends Extension> type, PluginType pluginType) {
    this.type = type;
    this.pluginType = pluginType;
  }

  /** What a plugin that brings this kind is for. */
  PluginType pluginType() {
    return pluginType;
  }

  /** The kind of an extension as listings name it, {@code kind:id}; empty for anything else. */
  static Optional<ExtensionKind> ofName(String name) {
    return Arrays.stream(values()).filter(kind -> name.startsWith(kind.word() + ":")).findFirst();
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
