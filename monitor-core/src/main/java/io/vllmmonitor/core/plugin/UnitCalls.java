package io.vllmmonitor.core.plugin;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The calls of one running generation since it was started. Immutable.
 *
 * @param calls that ended, well or not
 * @param failures that ended with a failure of the plugin
 * @param slow beyond their soft limit
 * @param cancelled at their hard limit
 * @param skipped held back by a breaker
 * @param abandoned threads that never came back
 * @param lastFailure empty when none failed
 * @param lastFailureAt null when none failed
 */
public record UnitCalls(
    long calls,
    long failures,
    long slow,
    long cancelled,
    long skipped,
    int abandoned,
    String lastFailure,
    @Nullable Instant lastFailureAt) {
  /** Of a unit that does not run. */
  public static final UnitCalls NONE = new UnitCalls(0, 0, 0, 0, 0, 0, "", null);

  public UnitCalls {
    requireNonNull(lastFailure, "lastFailure");
  }
}
