package io.vllmmonitor.core.script;

import io.vllmmonitor.api.extension.Extension;
import io.vllmmonitor.api.guardrail.Guardrail;
import io.vllmmonitor.api.learning.Learner;
import io.vllmmonitor.api.lifecycle.LifecycleListener;
import io.vllmmonitor.api.mitigation.MitigationStrategy;
import io.vllmmonitor.api.prediction.FailurePredictor;
import io.vllmmonitor.api.source.MetricsSource;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What a dropped source can be, by the interface that its public class implements, and what one
 * call of it may use. Anything that judges at every scrape gets the least; what plans, learns or
 * reads pages gets more.
 */
public enum SourceKind {
  GUARDRAIL(Guardrail.class, 1_000_000, 8),
  PREDICTOR(FailurePredictor.class, 1_000_000, 8),
  MITIGATION(MitigationStrategy.class, 2_000_000, 8),
  LEARNER(Learner.class, 2_000_000, 8),
  LISTENER(LifecycleListener.class, 1_000_000, 8),
  SOURCE(MetricsSource.class, 5_000_000, 32);

  private final Class<? extends Extension> type;
  private final int steps;
  private final int mebibytes;

  SourceKind(Class<? extends Extension> type, int steps, int mebibytes) {
    this.type = type;
    this.steps = steps;
    this.mebibytes = mebibytes;
  }

  /** The interface of the API. */
  public Class<? extends Extension> type() {
    return type;
  }

  /** The word for people, such as {@code predictor}. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Whether there is one instance per daemon, without a target; else one per target. */
  public boolean perDaemon() {
    return this == LEARNER;
  }

  /** What one call may use. */
  Limits limits() {
    return new Limits(steps, mebibytes << 20);
  }

  /** The interface by its internal name. */
  String internalName() {
    return type.getName().replace('.', '/');
  }

  /** The kind of an interface; empty when it is none of them. */
  static Optional<SourceKind> ofInterface(String internalName) {
    return Arrays.stream(values()).filter(k -> k.internalName().equals(internalName)).findFirst();
  }

  /** The interfaces' simple names, for messages. */
  static String known() {
    return Arrays.stream(values())
        .map(kind -> kind.type.getSimpleName())
        .collect(Collectors.joining(", "));
  }
}
