package io.vllmmonitor.plugin.mitigation.vllm;

import io.vllmmonitor.api.incident.Incident;
import io.vllmmonitor.api.lifecycle.FailureKind;
import io.vllmmonitor.api.mitigation.MitigationStrategy;
import io.vllmmonitor.api.target.TargetCapabilities;
import io.vllmmonitor.testkit.plugin.FakeMetricView;
import io.vllmmonitor.testkit.plugin.FakePluginContext;
import io.vllmmonitor.testkit.plugin.MitigationStrategyContract;

class PauseAndDrainContractTest extends MitigationStrategyContract {
  @Override
  protected MitigationStrategy strategy() {
    return new VllmMitigationPlugin().mitigations(FakePluginContext.forTarget()).get(0);
  }

  @Override
  protected Incident incident() {
    return Scenes.incident(FailureKind.CACHE_OVERFLOW);
  }

  @Override
  protected FakeMetricView viewOfIncident() {
    return Scenes.view(5, 300, 0.98, 20);
  }

  @Override
  protected TargetCapabilities capabilities() {
    return Scenes.DEV_MODE;
  }
}
