package io.vllmmonitor.core.rehearsal;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.target.TargetId;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One firing, real or rehearsed. Immutable.
 *
 * @param to null when it lasts
 */
record FiringSpan(TargetId target, Instant from, @Nullable Instant to) {
  FiringSpan {
    requireNonNull(target, "target");
    requireNonNull(from, "from");
  }
}
