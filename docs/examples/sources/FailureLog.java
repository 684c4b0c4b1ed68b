/*
 * id: failure-log
 * version: 1.0.0
 * description: Writes a line to the daemon's log when a server fails.
 */

import io.vllmmonitor.api.lifecycle.LifecycleListener;
import io.vllmmonitor.api.lifecycle.LifecycleState;
import io.vllmmonitor.api.lifecycle.StateCheckpoint;
import io.vllmmonitor.api.plugin.PluginContext;

/** A listener hears every change of a server's state. */
public class FailureLog implements LifecycleListener {
  private final PluginContext context;

  public FailureLog(PluginContext context) {
    this.context = context;
  }

  public String id() {
    return "failure-log";
  }

  public void onTransition(StateCheckpoint checkpoint) {
    if (checkpoint.state().phase() == LifecycleState.Phase.FAILURE) {
      context
          .log()
          .log(
              System.Logger.Level.WARNING,
              checkpoint.target() + " went from " + checkpoint.previousState() + " to "
                  + checkpoint.state() + ": " + checkpoint.reason());
    }
  }
}
