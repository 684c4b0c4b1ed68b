package ${package};

import io.vllmmonitor.api.config.ConfigSpec;
import io.vllmmonitor.api.extension.StateReader;
import io.vllmmonitor.api.extension.StateWriter;
import io.vllmmonitor.api.lifecycle.LifecycleListener;
import io.vllmmonitor.api.lifecycle.StateCheckpoint;
import io.vllmmonitor.api.plugin.PluginContext;

/** Counts the transitions of a target and writes every one of them, or every n-th, to the log. */
public final class ${className} implements LifecycleListener {
  private final System.Logger log;
  private final long every;
  private long heard;

  public ${className}(PluginContext context) {
    log = context.log();
    every = Math.max(1, context.config().integer("log_every", 1));
  }

  @Override
  public String id() {
    return "${artifactId}";
  }

  @Override
  public void onTransition(StateCheckpoint checkpoint) {
    heard++;
    if (heard % every == 0) {
      log.log(
          System.Logger.Level.INFO,
          "transition "
              + heard
              + ": "
              + checkpoint.previousState()
              + " to "
              + checkpoint.state()
              + ", "
              + checkpoint.reason());
    }
  }

  @Override
  public void saveState(StateWriter state) {
    state.integer("heard", heard);
  }

  @Override
  public void restoreState(StateReader state, int fromVersion) {
    heard = state.integer("heard", 0);
  }

  @Override
  public ConfigSpec configSpec() {
    return ConfigSpec.of(
        new ConfigSpec.Key("log_every", "1", "It logs every n-th transition, in transitions."));
  }
}
