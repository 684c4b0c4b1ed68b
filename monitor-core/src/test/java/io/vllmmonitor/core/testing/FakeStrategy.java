package io.vllmmonitor.core.testing;

import io.vllmmonitor.api.incident.Incident;
import io.vllmmonitor.api.mitigation.ActionPlan;
import io.vllmmonitor.api.mitigation.ActionStep;
import io.vllmmonitor.api.mitigation.MitigationStrategy;
import io.vllmmonitor.api.outcome.Measurement;
import io.vllmmonitor.api.outcome.MitigationOutcome;
import io.vllmmonitor.api.target.TargetCapabilities;
import io.vllmmonitor.api.view.MetricView;
import java.time.Duration;
import java.util.List;

/** Pauses and trims, undone by resume; measures the usage of the KV cache. */
public final class FakeStrategy implements MitigationStrategy {
  public static final String USAGE = "vllm:kv_cache_usage_perc";
  private final String id;
  public double suitability = 0.9;
  public int plans;
  public String alsoAsks = USAGE;
  public ActionPlan plan =
      new ActionPlan(
          "Hold new work back",
          List.of(
              ActionStep.of("pause", Duration.ofSeconds(10)),
              ActionStep.of("trim", Duration.ofSeconds(10))),
          List.of(ActionStep.of("resume", Duration.ofSeconds(10))),
          "Requests wait",
          Duration.ofSeconds(30));

  public FakeStrategy(String id) {
    this.id = id;
  }

  @Override
  public String id() {
    return id;
  }

  @Override
  public double suitability(Incident incident, MetricView view, TargetCapabilities capabilities) {
    view.value(alsoAsks);
    return view.value(USAGE) > 0.5 ? suitability : 0;
  }

  @Override
  public ActionPlan plan(Incident incident, MetricView view) {
    plans++;
    return plan;
  }

  @Override
  public Measurement verify(Incident incident, MetricView before, MetricView after) {
    double was = before.value(USAGE);
    double is = after.value(USAGE);
    MitigationOutcome outcome = is < was ? MitigationOutcome.SUCCESS : MitigationOutcome.FAILURE;
    return new Measurement(outcome, was + " became " + is, List.of("goodput unchanged"));
  }
}
