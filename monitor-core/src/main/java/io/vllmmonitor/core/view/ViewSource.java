package io.vllmmonitor.core.view;

import java.time.Instant;

/**
 * Makes views on the windows of one target, at the newest scrape or at any instant that the windows
 * still hold, so that the state before an action can be looked at after it, also after a restart.
 * Confined to the target's thread.
 */
public interface ViewSource {
  /**
   * The view as it was at an instant.
   *
   * @param at samples after it are not seen
   * @param firing what {@link io.vllmmonitor.api.view.MetricView#firing()} answers
   */
  RecordingView view(Instant at, boolean firing);
}
