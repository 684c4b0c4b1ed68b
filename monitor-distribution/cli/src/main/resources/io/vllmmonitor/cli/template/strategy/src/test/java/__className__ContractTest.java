package ${package};

import io.vllmmonitor.api.guardrail.Severity;
import io.vllmmonitor.api.incident.Incident;
import io.vllmmonitor.api.incident.IncidentStatus;
import io.vllmmonitor.api.lifecycle.FailureKind;
import io.vllmmonitor.api.mitigation.MitigationStrategy;
import io.vllmmonitor.api.target.TargetCapabilities;
import io.vllmmonitor.api.target.TargetId;
import io.vllmmonitor.testkit.plugin.FakeMetricView;
import io.vllmmonitor.testkit.plugin.FakePluginContext;
import io.vllmmonitor.testkit.plugin.MitigationStrategyContract;
import java.time.Instant;
import java.util.List;
import java.util.Set;

/** The sentences of the contract, run against the strategy of this plugin. */
class ${className}ContractTest extends MitigationStrategyContract {
  @Override
  protected MitigationStrategy strategy() {
    return new ${className}(FakePluginContext.forTarget());
  }

  @Override
  protected Incident incident() {
    return new Incident(
        "incident-1",
        new TargetId("127.0.0.1:8000"),
        FailureKind.CACHE_OVERFLOW,
        IncidentStatus.OPEN,
        Severity.ERROR,
        "The KV cache is full",
        Instant.parse("2026-01-01T00:00:00Z"),
        null,
        List.of("firing-1"));
  }

  @Override
  protected FakeMetricView viewOfIncident() {
    return FakeMetricView.empty().sample("vllm:kv_cache_usage_perc{engine=\"0\"}", 0.99);
  }

  @Override
  protected TargetCapabilities capabilities() {
    return new TargetCapabilities("0.32.0", Set.of("POST /reset_prefix_cache"));
  }
}
