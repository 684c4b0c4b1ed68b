package io.vllmmonitor.core.mitigation;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.lifecycle.LifecycleState;
import io.vllmmonitor.api.target.TargetCapabilities;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What is known of the target in a tick. The engine makes one per scrape, failed ones included.
 * Immutable.
 *
 * @param at the time of the newest scrape, failed or not; also the time of the views
 * @param up whether that scrape succeeded
 * @param state the lifecycle state after that scrape
 * @param incarnation names the life of the server process; null when it cannot be told
 */
public record TargetSnapshot(
    Instant at,
    boolean up,
    LifecycleState state,
    @Nullable String incarnation,
    TargetCapabilities capabilities) {
  public TargetSnapshot {
    requireNonNull(at, "at");
    requireNonNull(state, "state");
    requireNonNull(capabilities, "capabilities");
  }
}
