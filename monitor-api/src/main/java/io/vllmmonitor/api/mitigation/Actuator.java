package io.vllmmonitor.api.mitigation;

import io.vllmmonitor.api.extension.Extension;
import io.vllmmonitor.api.extension.Incubating;
import io.vllmmonitor.api.target.Target;
import io.vllmmonitor.api.target.TargetCapabilities;
import java.util.Optional;
import java.util.Set;

/**
 * Carries out actions: the only thing that touches a server. One instance per target; called from a
 * worker thread, one call at a time, only after the attempt is stored as dispatched.
 */
@Incubating(review = "2027-03-01")
public interface Actuator extends Extension {
  /** The actions it offers, such as {@code vllm.pause}. */
  Set<String> actions();

  /**
   * Whether this step could be carried out, without doing anything: unknown arguments, a route that
   * the target does not serve.
   *
   * @return why not; empty when it could
   */
  Optional<String> dryRun(Target target, TargetCapabilities capabilities, ActionStep step);

  /**
   * Does it, once, within the step's deadline. Never retries. What is thrown counts as {@code
   * UNKNOWN}.
   */
  ActionResult execute(Target target, ActionStep step);
}
