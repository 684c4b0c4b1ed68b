package io.vllmmonitor.core.engine;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.lifecycle.LifecycleState;
import io.vllmmonitor.api.target.Target;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How one target is doing. Immutable.
 *
 * @param up whether the newest scrape succeeded
 * @param stateSince null before the first checkpoint
 * @param incarnation null when it cannot be told
 * @param version empty when the server did not say
 * @param lastScrapeAt null before the first scrape
 * @param samples of the newest scrape
 * @param error code label and message of the newest scrape's failure; null when it succeeded
 */
public record TargetStatus(
    Target target,
    boolean up,
    LifecycleState state,
    @Nullable Instant stateSince,
    @Nullable String incarnation,
    String version,
    @Nullable Instant lastScrapeAt,
    double scrapeDurationSeconds,
    int samples,
    @Nullable String error) {
  public TargetStatus {
    requireNonNull(target, "target");
    requireNonNull(state, "state");
    requireNonNull(version, "version");
  }
}
