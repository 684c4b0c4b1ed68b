package io.vllmmonitor.plugin.guardrail.vllm;

import io.vllmmonitor.api.config.Settings;
import io.vllmmonitor.api.guardrail.Guardrail;
import io.vllmmonitor.api.plugin.MonitorPlugin;
import io.vllmmonitor.api.plugin.PluginContext;
import java.util.List;

/** Brings the built-in guardrails, one set per target. */
public final class VllmGuardrailPlugin implements MonitorPlugin {
  @Override
  public List<Guardrail> guardrails(PluginContext context) {
    Settings config = context.config();
    return List.of(
        new PreemptionThrash(config),
        new QueueBuildup(config),
        new HighErrorRate(config),
        new HighLatency(config));
  }
}
