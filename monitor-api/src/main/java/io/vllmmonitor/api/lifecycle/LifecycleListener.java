package io.vllmmonitor.api.lifecycle;

import io.vllmmonitor.api.extension.Extension;
import io.vllmmonitor.api.extension.Incubating;

/**
 * Hears of every change of state of one target, after the checkpoint is stored. Called on the
 * target's thread.
 */
@Incubating(review = "2027-03-01")
public interface LifecycleListener extends Extension {
  /**
   * Hears of a transition that is stored already, on the target's thread. What it throws becomes a
   * problem.
   */
  void onTransition(StateCheckpoint checkpoint);
}
