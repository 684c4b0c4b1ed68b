package io.vllmmonitor.plugin.mitigation.vllm;

import io.vllmmonitor.api.mitigation.Actuator;
import io.vllmmonitor.api.mitigation.MitigationStrategy;
import io.vllmmonitor.api.plugin.MonitorPlugin;
import io.vllmmonitor.api.plugin.PluginContext;
import java.util.List;

/** Brings the actuator {@code vllm} and the strategies that use it, one set per target. */
public final class VllmMitigationPlugin implements MonitorPlugin {
  @Override
  public List<MitigationStrategy> mitigations(PluginContext context) {
    return List.of(new PauseAndDrain(context.config()));
  }

  @Override
  public List<Actuator> actuators(PluginContext context) {
    return List.of(new VllmActuator(context.http(), context.clock()));
  }
}
