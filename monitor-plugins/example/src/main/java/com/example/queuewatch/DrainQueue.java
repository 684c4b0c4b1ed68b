package com.example.queuewatch;

import io.vllmmonitor.api.config.ConfigSpec;
import io.vllmmonitor.api.incident.Incident;
import io.vllmmonitor.api.lifecycle.FailureKind;
import io.vllmmonitor.api.mitigation.ActionPlan;
import io.vllmmonitor.api.mitigation.ActionStep;
import io.vllmmonitor.api.mitigation.MitigationStrategy;
import io.vllmmonitor.api.outcome.Measurement;
import io.vllmmonitor.api.outcome.MitigationOutcome;
import io.vllmmonitor.api.target.TargetCapabilities;
import io.vllmmonitor.api.view.MetricView;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * Answers a backlog: pauses new work until what runs is done, then resumes. It plans and measures;
 * the actuator of the server's own plugin acts. Off until the operator sets {@code drain: true}.
 */
final class DrainQueue implements MitigationStrategy {
  private static final String WAITING = "vllm:num_requests_waiting";

  private final boolean drain;

  DrainQueue(boolean drain) {
    this.drain = drain;
  }

  @Override
  public String id() {
    return "drain-queue";
  }

  @Override
  public double suitability(Incident incident, MetricView view, TargetCapabilities capabilities) {
    boolean possible = capabilities.serves("POST /pause") && capabilities.serves("POST /resume");
    return drain && possible && incident.kind() == FailureKind.REQUEST_BACKLOG ? 0.3 : 0;
  }

  @Override
  public ActionPlan plan(Incident incident, MetricView view) {
    ActionStep pause =
        new ActionStep(
            "vllm.pause", Map.of("mode", "wait", "clear_cache", "false"), Duration.ofSeconds(60));
    ActionStep resume = ActionStep.of("vllm.resume", Duration.ofSeconds(10));
    return new ActionPlan(
        "Pause until what runs is done, then resume",
        List.of(pause, resume),
        List.of(resume),
        "New requests wait for up to a minute",
        Duration.ofSeconds(30));
  }

  @Override
  public Measurement verify(Incident incident, MetricView before, MetricView after) {
    double was = before.sum(WAITING);
    double is = after.sum(WAITING);
    MitigationOutcome outcome = MitigationOutcome.FAILURE;
    if (is <= was / 2) {
      outcome = MitigationOutcome.SUCCESS;
    } else if (is > was) {
      outcome = MitigationOutcome.MADE_WORSE;
    }
    return Measurement.of(outcome, "Requests waiting went from " + was + " to " + is);
  }

  @Override
  public ConfigSpec configSpec() {
    return ConfigSpec.of(
        new ConfigSpec.Key(
            "drain", "false", "Whether a backlog is answered by pausing, true or false."));
  }
}
