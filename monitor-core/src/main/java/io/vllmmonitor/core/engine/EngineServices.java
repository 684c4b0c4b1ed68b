package io.vllmmonitor.core.engine;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.history.History;
import io.vllmmonitor.api.history.Recorder;
import io.vllmmonitor.api.sample.MetricCatalog;
import io.vllmmonitor.core.extension.ExtensionCatalog;
import io.vllmmonitor.core.identity.TimeOrderedIds;
import io.vllmmonitor.core.lifecycle.KeyMetric;
import io.vllmmonitor.core.lifecycle.LifecyclePolicy;
import io.vllmmonitor.core.mitigation.InterventionPolicy;
import io.vllmmonitor.core.sampling.Sampler;
import io.vllmmonitor.core.telemetry.OwnMetrics;
import io.vllmmonitor.core.telemetry.Problems;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/**
 * What the engine works with. Immutable.
 *
 * @param nanos a ticker that never goes back
 * @param stop whether the STOP file is there; asked before anything is sent
 * @param mailboxes runs the mailboxes of the targets
 * @param workers runs actuators
 * @param keyMetrics what every checkpoint carries, where the target has it
 */
public record EngineServices(
    InstantSource clock,
    LongSupplier nanos,
    TimeOrderedIds ids,
    Recorder recorder,
    History history,
    MetricCatalog metrics,
    ExtensionCatalog extensions,
    Sampler sampler,
    Problems problems,
    OwnMetrics ownMetrics,
    InterventionPolicy policy,
    BooleanSupplier stop,
    Executor mailboxes,
    Executor workers,
    LifecyclePolicy lifecycle,
    List<KeyMetric> keyMetrics) {
  public EngineServices {
    requireNonNull(clock, "clock");
    requireNonNull(nanos, "nanos");
    requireNonNull(ids, "ids");
    requireNonNull(recorder, "recorder");
    requireNonNull(history, "history");
    requireNonNull(metrics, "metrics");
    requireNonNull(extensions, "extensions");
    requireNonNull(sampler, "sampler");
    requireNonNull(problems, "problems");
    requireNonNull(ownMetrics, "ownMetrics");
    requireNonNull(policy, "policy");
    requireNonNull(stop, "stop");
    requireNonNull(mailboxes, "mailboxes");
    requireNonNull(workers, "workers");
    requireNonNull(lifecycle, "lifecycle");
    keyMetrics = List.copyOf(keyMetrics);
  }
}
