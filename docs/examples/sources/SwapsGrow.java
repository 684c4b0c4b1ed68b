/*
 * id: swaps-grow
 * version: 1.0.0
 * description: Preemptions come faster than the operator allows.
 * config.limit_per_minute: 30
 */

import io.vllmmonitor.api.guardrail.Guardrail;
import io.vllmmonitor.api.guardrail.GuardrailSpec;
import io.vllmmonitor.api.guardrail.Severity;
import io.vllmmonitor.api.guardrail.Verdict;
import io.vllmmonitor.api.lifecycle.FailureKind;
import io.vllmmonitor.api.plugin.PluginContext;
import io.vllmmonitor.api.view.MetricView;

/** A guardrail judges after every scrape. */
public class SwapsGrow implements Guardrail {
  private final double limit;

  public SwapsGrow(PluginContext context) {
    limit = context.config().number("limit_per_minute", 30);
  }

  public String id() {
    return "swaps-grow";
  }

  public GuardrailSpec spec() {
    return GuardrailSpec.of(
        Severity.WARNING, FailureKind.CACHE_OVERFLOW, "Preemptions come too fast");
  }

  public Verdict check(MetricView view) {
    double perMinute = view.rate("vllm:num_preemptions_total", 60) * 60;
    if (perMinute > limit) {
      return Verdict.breach(Math.round(perMinute) + " preemptions a minute");
    }
    return Verdict.pass();
  }
}
