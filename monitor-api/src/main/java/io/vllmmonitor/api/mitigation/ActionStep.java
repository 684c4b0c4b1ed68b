package io.vllmmonitor.api.mitigation;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.Map;

/**
 * One thing an actuator can do. Immutable.
 *
 * @param action the name of the action, such as {@code vllm.pause}; some actuator must offer it
 * @param arguments by name, as text; empty when the action takes none
 * @param deadline how long it may take, at most 5 minutes; past it the step counts as failed and
 *     the rollback runs
 */
public record ActionStep(String action, Map<String, String> arguments, Duration deadline) {
  private static final Duration LONGEST = Duration.ofMinutes(5);

  public ActionStep {
    requireNonNull(action, "action");
    arguments = Map.copyOf(arguments);
    requireNonNull(deadline, "deadline");
    if (deadline.isNegative() || deadline.isZero() || deadline.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException(
          "Step "
              + action
              + " has a deadline of "
              + deadline
              + "; expected more than 0 and at most 5 minutes");
    }
  }

  /** A step without parameters. */
  public static ActionStep of(String action, Duration deadline) {
    return new ActionStep(action, Map.of(), deadline);
  }
}
