package ${package};

import io.vllmmonitor.api.guardrail.Guardrail;
import io.vllmmonitor.testkit.plugin.FakeMetricView;
import io.vllmmonitor.testkit.plugin.FakePluginContext;
import io.vllmmonitor.testkit.plugin.GuardrailContract;

/** The sentences of the contract, run against the guardrail of this plugin. */
class ${className}ContractTest extends GuardrailContract {
  @Override
  protected Guardrail guardrail() {
    return new ${className}(FakePluginContext.forTarget());
  }

  @Override
  protected FakeMetricView healthyView() {
    return FakeMetricView.empty().sample("vllm:num_requests_waiting{engine=\"0\"}", 0);
  }

  @Override
  protected FakeMetricView brokenView() {
    return FakeMetricView.empty().sample("vllm:num_requests_waiting{engine=\"0\"}", 40);
  }
}
