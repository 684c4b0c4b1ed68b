package io.vllmmonitor.core.script;

import io.vllmmonitor.api.incident.Incident;
import io.vllmmonitor.api.mitigation.ActionPlan;
import io.vllmmonitor.api.mitigation.MitigationStrategy;
import io.vllmmonitor.api.outcome.Measurement;
import io.vllmmonitor.api.target.TargetCapabilities;
import io.vllmmonitor.api.view.MetricView;

/** A mitigation strategy of a dropped source. It plans; what is done is up to the core's gates. */
final class SandboxedMitigation extends SandboxedExtension<MitigationStrategy>
    implements MitigationStrategy {
  SandboxedMitigation(MitigationStrategy source, GuardedCalls calls) {
    super(source, calls);
  }

  @Override
  public double suitability(Incident incident, MetricView view, TargetCapabilities capabilities) {
    return answer("suitability()", strategy -> strategy.suitability(incident, view, capabilities));
  }

  @Override
  public ActionPlan plan(Incident incident, MetricView view) {
    return answer("plan()", strategy -> AnswerTypes.plan(strategy.plan(incident, view)));
  }

  @Override
  public Measurement verify(Incident incident, MetricView before, MetricView after) {
    return answer(
        "verify()", strategy -> AnswerTypes.measurement(strategy.verify(incident, before, after)));
  }
}
