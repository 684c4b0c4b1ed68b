package io.vllmmonitor.plugin.guardrail.vllm;

import io.vllmmonitor.api.guardrail.Guardrail;
import io.vllmmonitor.testkit.plugin.FakeMetricView;
import io.vllmmonitor.testkit.plugin.GuardrailContract;
import java.util.Map;

class HighErrorRateContractTest extends GuardrailContract {
  @Override
  protected Guardrail guardrail() {
    return Views.guardrail("high_error_rate", Map.of());
  }

  @Override
  protected FakeMetricView healthyView() {
    return Views.HEALTHY.view();
  }

  @Override
  protected FakeMetricView brokenView() {
    return new Views(0, 0.5, 0, 0, 1).view();
  }
}
