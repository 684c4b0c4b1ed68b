package io.vllmmonitor.core.lifecycle;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.lifecycle.LifecycleState;
import io.vllmmonitor.api.target.TargetCapabilities;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Where a target stands. Immutable.
 *
 * @param since when the state began; null before the first checkpoint
 * @param incarnation of the server process; null when it cannot be told
 * @param capabilities the last that were told, each part for itself
 */
public record LifecycleStanding(
    LifecycleState state,
    @Nullable Instant since,
    @Nullable String incarnation,
    TargetCapabilities capabilities) {
  public LifecycleStanding {
    requireNonNull(state, "state");
    requireNonNull(capabilities, "capabilities");
  }
}
