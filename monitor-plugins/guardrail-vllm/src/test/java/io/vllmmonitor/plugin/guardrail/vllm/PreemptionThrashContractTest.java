package io.vllmmonitor.plugin.guardrail.vllm;

import io.vllmmonitor.api.guardrail.Guardrail;
import io.vllmmonitor.testkit.plugin.FakeMetricView;
import io.vllmmonitor.testkit.plugin.GuardrailContract;
import java.util.Map;

class PreemptionThrashContractTest extends GuardrailContract {
  @Override
  protected Guardrail guardrail() {
    return Views.guardrail("kv_cache_preemption_thrash", Map.of());
  }

  @Override
  protected FakeMetricView healthyView() {
    return Views.HEALTHY.view();
  }

  @Override
  protected FakeMetricView brokenView() {
    return new Views(2, 0.99, 0, 0, 0).view();
  }
}
