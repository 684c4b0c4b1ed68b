package io.vllmmonitor.api.plugin;

import io.vllmmonitor.api.extension.Incubating;
import io.vllmmonitor.api.guardrail.Severity;

/**
 * What a plugin has to tell about itself: a cache that was rebuilt, a peer that went away. It is
 * logged, counted and handed to the notifiers. For what is wrong with a target there are
 * guardrails. Thread-safe; never waits.
 */
@Incubating(review = "2027-03-01")
public interface Events {
  /** The longest message in characters; what is longer ends with an ellipsis. */
  int LONGEST_MESSAGE = 1_000;

  /** How many events of one plugin are taken in one minute; the others are dropped and counted. */
  int MOST_PER_MINUTE = 60;

  /**
   * Tells one event.
   *
   * @param name what kind of event it is: {@code [a-z][a-z0-9_.-]{0,63}}
   * @param message one sentence for people
   * @return false when it was dropped because of the rate limit, which the metric {@code
   *     vllm_monitor_plugin_events_dropped_total} counts
   * @throws IllegalArgumentException when the name is malformed
   * @throws IllegalStateException after the plugin was unloaded
   */
  boolean tell(String name, Severity severity, String message);
}
