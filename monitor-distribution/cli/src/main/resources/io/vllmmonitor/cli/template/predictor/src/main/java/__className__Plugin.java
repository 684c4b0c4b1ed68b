package ${package};

import io.vllmmonitor.api.plugin.MonitorPlugin;
import io.vllmmonitor.api.plugin.PluginContext;
import io.vllmmonitor.api.prediction.FailurePredictor;
import java.util.List;

/** The entry of the plugin: called once per target, answers new instances each time. */
public final class ${className}Plugin implements MonitorPlugin {
  @Override
  public List<FailurePredictor> predictors(PluginContext context) {
    return List.of(new ${className}(context));
  }
}
