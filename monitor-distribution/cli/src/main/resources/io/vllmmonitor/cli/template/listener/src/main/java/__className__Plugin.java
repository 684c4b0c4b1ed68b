package ${package};

import io.vllmmonitor.api.lifecycle.LifecycleListener;
import io.vllmmonitor.api.plugin.MonitorPlugin;
import io.vllmmonitor.api.plugin.PluginContext;
import java.util.List;

/** The entry of the plugin: called once per target, answers new instances each time. */
public final class ${className}Plugin implements MonitorPlugin {
  @Override
  public List<LifecycleListener> lifecycleListeners(PluginContext context) {
    return List.of(new ${className}(context));
  }
}
