package com.example.queuewatch;

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
import java.util.Map;
import java.util.Set;

/** The sentences of the contract, run against the strategy, switched on. */
class DrainQueueContractTest extends MitigationStrategyContract {
  @Override
  protected MitigationStrategy strategy() {
    FakePluginContext context = FakePluginContext.forTarget().withConfig(Map.of("drain", "true"));
    return new QueueWatchPlugin().mitigations(context).get(0);
  }

  @Override
  protected Incident incident() {
    return new Incident(
        "incident-1",
        new TargetId("127.0.0.1:8000"),
        FailureKind.REQUEST_BACKLOG,
        IncidentStatus.OPEN,
        Severity.ERROR,
        "40 requests wait",
        Instant.parse("2026-01-01T00:00:00Z"),
        null,
        List.of("firing-1"));
  }

  @Override
  protected FakeMetricView viewOfIncident() {
    return FakeMetricView.empty().sample("vllm:num_requests_waiting{engine=\"0\"}", 40);
  }

  @Override
  protected TargetCapabilities capabilities() {
    return new TargetCapabilities("0.32.0", Set.of("POST /pause", "POST /resume"));
  }
}
