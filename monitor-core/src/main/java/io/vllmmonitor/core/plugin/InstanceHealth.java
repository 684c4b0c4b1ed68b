package io.vllmmonitor.core.plugin;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.target.TargetId;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * How one instance is. Immutable.
 *
 * @param name as {@code kind:id}
 * @param target null for one that exists once per daemon
 * @param breaker closed, open or half_open
 * @param heldFor how long until a call is let through again
 * @param lastFailure empty when no call failed
 * @param lastFailureAt null when no call failed
 */
public record InstanceHealth(
    String name,
    @Nullable TargetId target,
    String breaker,
    int consecutiveFailures,
    Duration heldFor,
    String lastFailure,
    @Nullable Instant lastFailureAt) {
  public InstanceHealth {
    requireNonNull(name, "name");
    requireNonNull(breaker, "breaker");
    requireNonNull(heldFor, "heldFor");
    requireNonNull(lastFailure, "lastFailure");
  }

  static String word(Breaker.State state) {
    return state.name().toLowerCase(Locale.ROOT);
  }
}
