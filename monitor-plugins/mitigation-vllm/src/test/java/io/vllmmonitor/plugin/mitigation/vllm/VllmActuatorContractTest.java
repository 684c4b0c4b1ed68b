package io.vllmmonitor.plugin.mitigation.vllm;

import io.vllmmonitor.api.mitigation.ActionStep;
import io.vllmmonitor.api.mitigation.Actuator;
import io.vllmmonitor.api.target.Target;
import io.vllmmonitor.api.target.TargetCapabilities;
import io.vllmmonitor.testkit.plugin.ActuatorContract;
import io.vllmmonitor.testkit.plugin.FakePluginContext;
import io.vllmmonitor.testkit.plugin.FakeTargetHttp;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;

class VllmActuatorContractTest extends ActuatorContract {
  @Override
  protected Actuator actuator(FakeTargetHttp http) {
    return new VllmMitigationPlugin().actuators(FakePluginContext.forTarget().with(http)).get(0);
  }

  @Override
  protected FakeTargetHttp willing() {
    return new FakeTargetHttp()
        .json("POST /pause", 200, "{\"status\":\"paused\"}")
        .json("POST /resume", 200, "{\"status\":\"resumed\"}")
        .json("POST /reset_prefix_cache", 200, "{\"success\":true}");
  }

  @Override
  protected Collection<ActionStep> steps() {
    return List.of(
        new ActionStep(
            "vllm.pause", Map.of("mode", "wait", "clear_cache", "false"), Duration.ofSeconds(60)),
        ActionStep.of("vllm.resume", Duration.ofSeconds(10)),
        ActionStep.of("vllm.reset_prefix_cache", Duration.ofSeconds(10)));
  }

  @Override
  protected TargetCapabilities capabilities() {
    return Scenes.DEV_MODE;
  }

  @Override
  protected Target target() {
    return FakePluginContext.forTarget().target().orElseThrow();
  }
}
