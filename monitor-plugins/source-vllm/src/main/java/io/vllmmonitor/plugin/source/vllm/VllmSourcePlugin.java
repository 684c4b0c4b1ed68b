package io.vllmmonitor.plugin.source.vllm;

import io.vllmmonitor.api.plugin.MonitorPlugin;
import io.vllmmonitor.api.plugin.PluginContext;
import io.vllmmonitor.api.source.MetricsSource;
import io.vllmmonitor.api.source.TargetDiscovery;
import java.nio.file.Path;
import java.util.List;

/** Brings the source {@code vllm} for each target and the discovery {@code vllm-local}. */
public final class VllmSourcePlugin implements MonitorPlugin {
  @Override
  public List<MetricsSource> sources(PluginContext context) {
    return List.of(new VllmSource(context));
  }

  @Override
  public List<TargetDiscovery> discoveries(PluginContext context) {
    return List.of(new VllmDiscovery(Path.of("/proc"), context.log()));
  }
}
