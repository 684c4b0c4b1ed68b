package io.vllmmonitor.plugin.guardrail.vllm;

import io.vllmmonitor.api.guardrail.Guardrail;
import io.vllmmonitor.testkit.plugin.FakeMetricView;
import io.vllmmonitor.testkit.plugin.GuardrailContract;
import java.util.Map;

class QueueBuildupContractTest extends GuardrailContract {
  @Override
  protected Guardrail guardrail() {
    return Views.guardrail("request_queue_buildup", Map.of());
  }

  @Override
  protected FakeMetricView healthyView() {
    return Views.HEALTHY.view();
  }

  @Override
  protected FakeMetricView brokenView() {
    return new Views(0, 0.5, 300, 4, 0).view();
  }
}
