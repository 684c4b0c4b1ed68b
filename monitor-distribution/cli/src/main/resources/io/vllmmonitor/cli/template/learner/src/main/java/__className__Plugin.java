package ${package};

import io.vllmmonitor.api.learning.Learner;
import io.vllmmonitor.api.plugin.MonitorPlugin;
import io.vllmmonitor.api.plugin.PluginContext;
import java.util.List;

/** The entry of the plugin: called once per daemon, answers new instances each time. */
public final class ${className}Plugin implements MonitorPlugin {
  @Override
  public List<Learner> learners(PluginContext context) {
    return List.of(new ${className}(context));
  }
}
