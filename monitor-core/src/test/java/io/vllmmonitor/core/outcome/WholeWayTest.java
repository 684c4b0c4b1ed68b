package io.vllmmonitor.core.outcome;

import static org.assertj.core.api.Assertions.assertThat;

import io.vllmmonitor.api.guardrail.FiringStatus;
import io.vllmmonitor.api.guardrail.Guardrail;
import io.vllmmonitor.api.guardrail.GuardrailSpec;
import io.vllmmonitor.api.guardrail.Severity;
import io.vllmmonitor.api.guardrail.Verdict;
import io.vllmmonitor.api.incident.IncidentStatus;
import io.vllmmonitor.api.lifecycle.FailureKind;
import io.vllmmonitor.api.mitigation.ActionResult;
import io.vllmmonitor.api.mitigation.AttemptStatus;
import io.vllmmonitor.api.mitigation.MitigationAttempt;
import io.vllmmonitor.api.outcome.MitigationOutcome;
import io.vllmmonitor.api.target.TargetCapabilities;
import io.vllmmonitor.api.target.TargetMode;
import io.vllmmonitor.api.view.MetricView;
import io.vllmmonitor.core.extension.Bound;
import io.vllmmonitor.core.guardrail.GuardrailRunner;
import io.vllmmonitor.core.identity.TimeOrderedIds;
import io.vllmmonitor.core.mitigation.TargetSnapshot;
import io.vllmmonitor.core.testing.FakeLearner;
import io.vllmmonitor.core.testing.FakeStrategy;
import io.vllmmonitor.core.testing.MitigationRig;
import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** From the breach to what was learned, in the order of calls that the engine keeps. */
class WholeWayTest {
  private record Full() implements Guardrail {
    @Override
    public String id() {
      return "kv-full";
    }

    @Override
    public GuardrailSpec spec() {
      return GuardrailSpec.of(Severity.ERROR, FailureKind.CACHE_OVERFLOW, "The KV cache is full")
          .withBreachForSeconds(10)
          .withKeepFiringForSeconds(10);
    }

    @Override
    public Verdict check(MetricView view) {
      return view.value(FakeStrategy.USAGE) > 0.9 ? Verdict.breach("full") : Verdict.pass();
    }
  }

  private final MitigationRig rig = new MitigationRig(TargetMode.ACT);
  private final FakeLearner learner = new FakeLearner("counts");
  private GuardrailRunner runner = newRunner();

  private GuardrailRunner newRunner() {
    return new GuardrailRunner(
        rig.target,
        rig.extensions,
        rig.incidents,
        rig.history,
        rig.history,
        rig.problems,
        new TimeOrderedIds(rig.clock, new Random(5)),
        rig.clock);
  }

  private void tick() {
    Instant at = rig.clock.advanceSeconds(5);
    rig.views.put(at, FakeStrategy.USAGE, rig.usage);
    TargetSnapshot snapshot =
        new TargetSnapshot(at, true, rig.state, rig.incarnation, TargetCapabilities.unknown());
    runner.evaluate(rig.views, at);
    rig.outcomes.tick(rig.views, snapshot);
    rig.desk.tick(rig.views, snapshot);
    rig.work();
  }

  @Test
  void aBreachIsAnsweredMeasuredAndLearnedAcrossARestart() {
    rig.learners.add(new Bound<>(learner, "unit", "hash", false));
    rig.extensions.guardrails.add(new Bound<>(new Full(), "unit", "hash", false));
    rig.actuator.script.put(
        "trim",
        step -> {
          rig.usage = 0.3;
          return new ActionResult("trim", ActionResult.Status.DONE, "", Duration.ZERO);
        });
    tick();
    tick();
    assertThat(rig.history.attempts()).isEmpty();
    tick();
    MitigationAttempt sent = rig.attempt();
    assertThat(sent.status())
        .as("in the tick in which it fires")
        .isEqualTo(AttemptStatus.SUCCEEDED);
    assertThat(sent.incidentId()).isEqualTo(rig.history.incidents().get(0).id());

    rig.restart();
    runner = newRunner();
    runner.restore();
    for (int i = 0; i < 8; i++) {
      tick();
    }
    assertThat(rig.attempt().outcome()).isEqualTo(MitigationOutcome.SUCCESS);
    assertThat(rig.history.firings().get(0).status()).isEqualTo(FiringStatus.CLEARED);
    assertThat(rig.history.incidents().get(0).status()).isEqualTo(IncidentStatus.CLOSED);
    assertThat(learner.heard).hasSize(1);
    assertThat(rig.actuator.executed).containsExactly("pause", "trim");
  }
}
