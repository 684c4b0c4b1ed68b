/*
 * id: slow-first-token
 * version: 1.0.0
 * description: The mean time to the first token is too long
 * config.limit_seconds: 2.0
 */

import io.vllmmonitor.api.guardrail.Guardrail;
import io.vllmmonitor.api.guardrail.GuardrailSpec;
import io.vllmmonitor.api.guardrail.Severity;
import io.vllmmonitor.api.guardrail.Verdict;
import io.vllmmonitor.api.lifecycle.FailureKind;
import io.vllmmonitor.api.plugin.PluginContext;
import io.vllmmonitor.api.view.MetricView;

public class SlowFirstToken implements Guardrail {
  private final double limit;

  public SlowFirstToken(PluginContext context) {
    limit = context.config().number("limit_seconds", 2.0);
  }

  public String id() {
    return "slow-first-token";
  }

  public GuardrailSpec spec() {
    return GuardrailSpec.of(
        Severity.WARNING, FailureKind.REQUEST_BACKLOG, "First tokens come late");
  }

  public Verdict check(MetricView view) {
    double requests = view.increase("vllm:time_to_first_token_seconds_count", 60);
    if (requests == 0) {
      return Verdict.pass();
    }
    double mean = view.increase("vllm:time_to_first_token_seconds_sum", 60) / requests;
    if (mean > limit) {
      return Verdict.breach("The first token takes " + mean + " s on average, limit " + limit);
    }
    return Verdict.pass();
  }
}
