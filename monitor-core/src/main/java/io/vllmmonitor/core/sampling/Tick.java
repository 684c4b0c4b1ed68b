package io.vllmmonitor.core.sampling;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.sample.SampleBatch;
import io.vllmmonitor.api.source.TargetSignals;
import io.vllmmonitor.api.target.Target;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One scrape of one target, whole. Immutable.
 *
 * @param at when the scrape was due; what its samples are stamped with. Grows from tick to tick
 * @param up whether the target answered with metrics
 * @param signals what was learned, also by a scrape that failed
 * @param batch all samples with their stored labels, {@code up} and stale markers included
 * @param took from the start of the collection to its end or to its being given up
 * @param failure why the target is not up; null when it is
 */
public record Tick(
    Target target,
    Instant at,
    boolean up,
    TargetSignals signals,
    SampleBatch batch,
    Duration took,
    @Nullable MonitorException failure) {
  public Tick {
    requireNonNull(target, "target");
    requireNonNull(at, "at");
    requireNonNull(signals, "signals");
    requireNonNull(batch, "batch");
    requireNonNull(took, "took");
  }
}
