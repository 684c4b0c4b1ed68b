package io.vllmmonitor.core.outcome;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vllmmonitor.api.learning.LearningEvent;
import io.vllmmonitor.api.lifecycle.FailureKind;
import io.vllmmonitor.api.lifecycle.LifecycleState;
import io.vllmmonitor.api.mitigation.ActionPlan;
import io.vllmmonitor.api.mitigation.ActionResult;
import io.vllmmonitor.api.mitigation.AttemptStatus;
import io.vllmmonitor.api.mitigation.MitigationAttempt;
import io.vllmmonitor.api.outcome.MitigationOutcome;
import io.vllmmonitor.api.target.TargetMode;
import io.vllmmonitor.core.extension.Bound;
import io.vllmmonitor.core.testing.FakeLearner;
import io.vllmmonitor.core.testing.FakeStrategy;
import io.vllmmonitor.core.testing.MitigationRig;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class OutcomeWatchTest {
  private final FakeLearner learner = new FakeLearner("counts");
  private final MitigationRig rig = acted();

  /** An attempt that succeeded, as far as the server said. */
  private MitigationRig acted() {
    MitigationRig acting = new MitigationRig(TargetMode.ACT);
    acting.learners.add(new Bound<>(learner, "unit", "hash", false));
    acting.ticks(2);
    acting.open(FailureKind.CACHE_OVERFLOW);
    acting.tick();
    assertThat(acting.attempt().status()).isEqualTo(AttemptStatus.SUCCEEDED);
    assertThat(acting.attempt().verifyAt()).isEqualTo(acting.clock.instant().plusSeconds(30));
    return acting;
  }

  private MitigationAttempt measured() {
    return rig.history.attempts().get(0);
  }

  @Test
  void theOutcomeIsMeasuredAtTheEndOfTheWindow() {
    rig.usage = 0.6;
    rig.ticks(5);
    assertThat(measured().outcome()).as("not before").isNull();
    rig.tick();
    assertThat(measured().outcome()).isEqualTo(MitigationOutcome.SUCCESS);
    assertThat(measured().outcomeReason()).isEqualTo("0.99 became 0.6");
    assertThat(measured().sideEffects()).containsExactly("goodput unchanged");
    assertThat(measured().finalState()).isEqualTo(LifecycleState.PROCESSING_REQUESTS);
    assertThat(measured().finalMetrics()).containsEntry(FakeStrategy.USAGE, 0.6);
    assertThat(measured().initialMetrics()).containsEntry(FakeStrategy.USAGE, 0.99);
  }

  @Test
  void stepsThatAllWorkedAreNoSuccessUnlessTheServerIsBetter() {
    rig.ticks(6);
    assertThat(measured().status()).isEqualTo(AttemptStatus.SUCCEEDED);
    assertThat(measured().outcome()).isEqualTo(MitigationOutcome.FAILURE);
  }

  @Test
  void learnersHearItOnce() {
    rig.ticks(20);
    assertThat(learner.heard).containsExactlyElementsOf(rig.history.events()).hasSize(1);
    LearningEvent event = learner.heard.get(0);
    assertThat(event.attemptId()).isEqualTo(measured().id());
    assertThat(event.situation()).isEqualTo("CACHE_OVERFLOW/PROCESSING_REQUESTS");
    assertThat(event.outcome()).isEqualTo(MitigationOutcome.FAILURE);
  }

  @Test
  void learnersHearOfAPlanThatGotNoAnswer() {
    MitigationRig hanging = new MitigationRig(TargetMode.ACT);
    FakeLearner other = new FakeLearner("counts");
    hanging.learners.add(new Bound<>(other, "unit", "hash", false));
    hanging.actuator.answer("trim", ActionResult.Status.UNKNOWN);
    hanging.ticks(2);
    hanging.open(FailureKind.CACHE_OVERFLOW);
    hanging.ticks(8);
    assertThat(hanging.attempt().status()).isEqualTo(AttemptStatus.UNKNOWN);
    assertThat(hanging.attempt().outcome()).isEqualTo(MitigationOutcome.FAILURE);
    assertThat(other.heard).hasSize(1);
  }

  @Test
  void learnersHearItAfterARestartWhenTheDaemonDiedInBetween() {
    rig.history.afterWrite(
        draft -> {
          if (!draft.events.isEmpty()) {
            throw new AssertionError("killed");
          }
        });
    assertThatThrownBy(() -> rig.ticks(10)).hasMessage("killed");
    assertThat(learner.heard).isEmpty();
    FakeLearner next = new FakeLearner("counts");
    rig.learners.clear();
    rig.learners.add(new Bound<>(next, "unit", "hash", false));
    rig.restart();
    rig.ticks(10);
    assertThat(next.heard).hasSize(1);
  }

  @Test
  void aRestartWithinTheWindowChangesNothing() {
    rig.usage = 0.6;
    rig.ticks(3);
    rig.restart();
    rig.ticks(3);
    assertThat(measured().outcome()).isEqualTo(MitigationOutcome.SUCCESS);
    assertThat(rig.history.events()).hasSize(1);
  }

  @Test
  void afterALongDowntimeThePlannedEndIsLookedAt() {
    rig.usage = 0.6;
    rig.ticks(6 - 1);
    rig.clock.advance(Duration.ofMinutes(20));
    rig.usage = 1.0;
    rig.restart();
    rig.tick();
    assertThat(measured().outcome()).isEqualTo(MitigationOutcome.SUCCESS);
    assertThat(measured().outcomeReason()).isEqualTo("0.99 became 0.6");
  }

  @Test
  void missingDataIsNoOutcome() {
    rig.ticks(4);
    rig.views.drop(FakeStrategy.USAGE);
    rig.up = false;
    rig.ticks(10);
    assertThat(measured().outcome()).isNull();
    assertThat(measured().verifyAt()).isNull();
    assertThat(measured().outcomeReason()).startsWith("No outcome: no data");
    assertThat(learner.heard).isEmpty();
  }

  @Test
  void aServerThatDoesNotAnswerIsWaitedForAWhile() {
    rig.usage = 0.6;
    rig.ticks(4);
    rig.up = false;
    rig.ticks(3);
    assertThat(measured().outcome()).isNull();
    assertThat(measured().verifyAt()).isNotNull();
    rig.up = true;
    rig.tick();
    assertThat(measured().outcome()).isEqualTo(MitigationOutcome.SUCCESS);
  }

  @Test
  void aServerThatDiedWithinTheWindowWasMadeWorse() {
    rig.ticks(2);
    rig.up = false;
    rig.state = LifecycleState.TERMINATED;
    rig.ticks(4);
    assertThat(measured().outcome()).isEqualTo(MitigationOutcome.MADE_WORSE);
    assertThat(measured().finalState()).isEqualTo(LifecycleState.TERMINATED);
    assertThat(learner.heard).hasSize(1);
  }

  @Test
  void aServerThatWasRestartedWithinTheWindowIsNoOutcome() {
    rig.ticks(2);
    rig.incarnation = "life-2";
    rig.ticks(4);
    assertThat(measured().outcome()).isNull();
    assertThat(measured().outcomeReason()).contains("restarted");
  }

  @Test
  void aStrategyThatIsGoneOrThrowsIsNoOutcome() {
    rig.extensions.strategies.clear();
    rig.ticks(6);
    assertThat(measured().outcome()).isNull();
    assertThat(measured().outcomeReason()).contains("hold-back is gone");
  }

  @Test
  void anotherAttemptWithinTheWindowIsNoOutcome() {
    MitigationAttempt own = rig.attempt();
    ActionPlan plan = own.plan();
    MitigationAttempt other =
        new MitigationAttempt(
            "zzzz",
            own.target(),
            own.incidentId(),
            own.kind(),
            "by-hand",
            "hash",
            own.incarnation(),
            own.situation(),
            AttemptStatus.SUCCEEDED,
            plan,
            own.gates(),
            own.plannedAt(),
            rig.clock.instant().plusSeconds(10),
            rig.clock.instant().plusSeconds(11),
            null,
            null,
            null,
            "",
            own.results(),
            own.sideEffects(),
            own.initialState(),
            null,
            own.initialMetrics(),
            own.finalMetrics(),
            1);
    rig.ledger.store(other);
    rig.ticks(6);
    assertThat(measured().outcome()).isNull();
    assertThat(measured().outcomeReason()).contains("zzzz of by-hand");
  }

  @Test
  void anOutcomeThatCannotBeStoredIsNotHeard() {
    rig.history.refuse(draft -> !draft.events.isEmpty());
    rig.ticks(7);
    assertThat(learner.heard).isEmpty();
    assertThat(measured().outcome()).isNull();
    rig.history.refuse(draft -> false);
    rig.tick();
    assertThat(learner.heard).hasSize(1);
  }
}
