package com.example.queuewatch;

import io.vllmmonitor.api.guardrail.Guardrail;
import io.vllmmonitor.api.mitigation.MitigationStrategy;
import io.vllmmonitor.api.plugin.MonitorPlugin;
import io.vllmmonitor.api.plugin.PluginContext;
import java.util.List;

/** The entry of the plugin: called once per target, answers new instances each time. */
public final class QueueWatchPlugin implements MonitorPlugin {
  @Override
  public List<Guardrail> guardrails(PluginContext context) {
    return List.of(new QueueGuardrail(context.config().integer("most_waiting", 5)));
  }

  @Override
  public List<MitigationStrategy> mitigations(PluginContext context) {
    return List.of(new DrainQueue(context.config().flag("drain", false)));
  }
}
