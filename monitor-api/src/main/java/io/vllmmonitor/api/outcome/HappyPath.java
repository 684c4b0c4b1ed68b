package io.vllmmonitor.api.outcome;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.lifecycle.LifecycleState;
import io.vllmmonitor.api.target.TargetId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A way out of trouble that has worked: from which state into which, by which steps, and how the
 * metrics looked afterwards. What it names by id is kept as long as it is. Immutable.
 *
 * @param id unique, sortable by time
 * @param name what people call it
 * @param description for people; may be empty
 * @param target where it worked last
 * @param startState the state the target was in before
 * @param endState the state it was in afterwards
 * @param strategies ids of the strategies, in the order they were tried
 * @param steps what they did, in order
 * @param checkpoints ids of the checkpoints of its latest success, oldest first
 * @param attempts ids of the attempts of its latest success, oldest first
 * @param incidents ids of the incidents it ended, oldest first
 * @param guardrails ids of the guardrails that had to clear
 * @param metricsProfile how the metrics were spread once it had worked, by name
 * @param duration from trouble to its end, on average
 * @param successCount how often it worked
 * @param failureCount how many attempts of its incidents did not help
 * @param lastSuccess when it worked last; null when that is unknown
 * @param savedAt when it was saved or last changed
 */
public record HappyPath(
    String id,
    String name,
    String description,
    TargetId target,
    LifecycleState startState,
    LifecycleState endState,
    List<String> strategies,
    List<Step> steps,
    List<String> checkpoints,
    List<String> attempts,
    List<String> incidents,
    List<String> guardrails,
    Map<String, MetricProfile> metricsProfile,
    Duration duration,
    long successCount,
    long failureCount,
    @Nullable Instant lastSuccess,
    Instant savedAt) {
  public HappyPath {
    requireNonNull(id, "id");
    requireNonNull(name, "name");
    requireNonNull(description, "description");
    requireNonNull(target, "target");
    requireNonNull(startState, "startState");
    requireNonNull(endState, "endState");
    strategies = List.copyOf(strategies);
    steps = List.copyOf(steps);
    checkpoints = List.copyOf(checkpoints);
    attempts = List.copyOf(attempts);
    incidents = List.copyOf(incidents);
    guardrails = List.copyOf(guardrails);
    metricsProfile = Map.copyOf(metricsProfile);
    requireNonNull(duration, "duration");
    requireNonNull(savedAt, "savedAt");
    if (successCount < 0 || failureCount < 0) {
      throw new IllegalArgumentException(
          "Counts are at least 0, found " + successCount + " and " + failureCount);
    }
  }

  /**
   * One thing that was done.
   *
   * @param strategy id of the strategy that planned it
   * @param action what the actuator did
   * @param parameters of the action; never a secret
   */
  public record Step(String strategy, String action, Map<String, String> parameters) {
    public Step {
      requireNonNull(strategy, "strategy");
      requireNonNull(action, "action");
      parameters = Map.copyOf(parameters);
    }
  }
}
