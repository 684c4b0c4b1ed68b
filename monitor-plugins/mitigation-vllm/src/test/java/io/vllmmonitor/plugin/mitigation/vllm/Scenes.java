package io.vllmmonitor.plugin.mitigation.vllm;

import io.vllmmonitor.api.guardrail.Severity;
import io.vllmmonitor.api.incident.Incident;
import io.vllmmonitor.api.incident.IncidentStatus;
import io.vllmmonitor.api.lifecycle.FailureKind;
import io.vllmmonitor.api.target.TargetCapabilities;
import io.vllmmonitor.api.target.TargetId;
import io.vllmmonitor.testkit.plugin.FakeMetricView;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;

/** Incidents and views for the tests of this package. */
final class Scenes {
  static final TargetCapabilities DEV_MODE =
      new TargetCapabilities(
          "0.32.0", Set.of("POST /pause", "POST /resume", "POST /reset_prefix_cache"));

  private Scenes() {}

  static Incident incident(FailureKind kind) {
    return new Incident(
        "i1",
        new TargetId("127.0.0.1:8000"),
        kind,
        IncidentStatus.OPEN,
        Severity.ERROR,
        "thrash",
        Instant.parse("2026-01-01T00:00:00Z"),
        null,
        List.of("f1"));
  }

  static FakeMetricView view(double preemptions, double tokens, double usage, double waiting) {
    FakeMetricView view = FakeMetricView.empty();
    for (int second = 0; second <= 40; second++) {
      view.later(Duration.ofSeconds(1));
      view.sample("vllm:num_preemptions_total{engine=\"0\"}", preemptions * second);
      view.sample("vllm:generation_tokens_total{engine=\"0\"}", tokens * second);
      view.sample("vllm:kv_cache_usage_perc{engine=\"0\"}", usage);
      view.sample("vllm:num_requests_waiting{engine=\"0\"}", waiting);
    }
    return view;
  }
}
