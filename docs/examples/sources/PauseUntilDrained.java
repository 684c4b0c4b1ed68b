/*
 * id: pause-until-drained
 * version: 1.0.0
 * description: Pauses a server whose queue grows and resumes it after a while.
 */

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

/** A strategy only plans; whether a step is taken is decided by the monitor's gates. */
public class PauseUntilDrained implements MitigationStrategy {
  private static final String WAITING = "vllm:num_requests_waiting";

  public String id() {
    return "pause-until-drained";
  }

  public double suitability(Incident incident, MetricView view, TargetCapabilities capabilities) {
    if (incident.kind() != FailureKind.REQUEST_BACKLOG || !capabilities.serves("/pause")) {
      return 0;
    }
    return view.slope(WAITING, 60) > 0 ? 0.6 : 0.2;
  }

  public ActionPlan plan(Incident incident, MetricView view) {
    return new ActionPlan(
        "Pause the server until its queue is shorter",
        List.of(ActionStep.of("pause", Duration.ofSeconds(10))),
        List.of(ActionStep.of("resume", Duration.ofSeconds(10))),
        "new requests wait while it is paused",
        Duration.ofMinutes(2));
  }

  public Measurement verify(Incident incident, MetricView before, MetricView after) {
    double then = before.sum(WAITING);
    double now = after.sum(WAITING);
    if (now < then / 2) {
      return Measurement.of(MitigationOutcome.SUCCESS, "the queue fell to " + now);
    }
    return Measurement.of(
        now > then ? MitigationOutcome.MADE_WORSE : MitigationOutcome.FAILURE,
        "the queue went from " + then + " to " + now);
  }
}
