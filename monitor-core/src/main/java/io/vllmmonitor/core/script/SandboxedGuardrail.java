package io.vllmmonitor.core.script;

import io.vllmmonitor.api.guardrail.Guardrail;
import io.vllmmonitor.api.guardrail.GuardrailSpec;
import io.vllmmonitor.api.guardrail.Verdict;
import io.vllmmonitor.api.view.MetricView;

/** A guardrail of a dropped source. */
final class SandboxedGuardrail extends SandboxedExtension<Guardrail> implements Guardrail {
  SandboxedGuardrail(Guardrail source, GuardedCalls calls) {
    super(source, calls);
  }

  @Override
  public GuardrailSpec spec() {
    return answer("spec()", Guardrail::spec);
  }

  @Override
  public Verdict check(MetricView view) {
    return answer("check()", guardrail -> guardrail.check(view));
  }
}
