/*
 * id: kv-cache-almost-full
 * version: 1.0.0
 * description: Warns before the KV cache is full
 */

import io.vllmmonitor.api.guardrail.Guardrail;
import io.vllmmonitor.api.guardrail.GuardrailSpec;
import io.vllmmonitor.api.guardrail.Severity;
import io.vllmmonitor.api.guardrail.Verdict;
import io.vllmmonitor.api.lifecycle.FailureKind;
import io.vllmmonitor.api.view.MetricView;

public class KvCacheAlmostFull implements Guardrail {
  public String id() {
    return "kv-cache-almost-full";
  }

  public GuardrailSpec spec() {
    return GuardrailSpec.of(
            Severity.WARNING, FailureKind.CACHE_OVERFLOW, "The KV cache is almost full")
        .withBreachForSeconds(3)
        .withKeepFiringForSeconds(10);
  }

  public Verdict check(MetricView view) {
    double limit = view.firing() ? 0.80 : 0.90;
    double usage = view.max("vllm:kv_cache_usage_perc");
    if (usage > limit) {
      return Verdict.breach("The KV cache is " + Math.round(usage * 100) + " % full");
    }
    return Verdict.pass();
  }
}
