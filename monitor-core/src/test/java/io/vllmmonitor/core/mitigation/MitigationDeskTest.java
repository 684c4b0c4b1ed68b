package io.vllmmonitor.core.mitigation;

import static io.vllmmonitor.api.mitigation.AttemptStatus.ADVISED;
import static io.vllmmonitor.api.mitigation.AttemptStatus.APPROVED;
import static io.vllmmonitor.api.mitigation.AttemptStatus.DISPATCHED;
import static io.vllmmonitor.api.mitigation.AttemptStatus.EXPIRED;
import static io.vllmmonitor.api.mitigation.AttemptStatus.FAILED;
import static io.vllmmonitor.api.mitigation.AttemptStatus.PLANNED;
import static io.vllmmonitor.api.mitigation.AttemptStatus.REFUSED;
import static io.vllmmonitor.api.mitigation.AttemptStatus.SUCCEEDED;
import static io.vllmmonitor.api.mitigation.AttemptStatus.UNKNOWN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.history.Problem;
import io.vllmmonitor.api.lifecycle.FailureKind;
import io.vllmmonitor.api.mitigation.ActionPlan;
import io.vllmmonitor.api.mitigation.ActionResult;
import io.vllmmonitor.api.mitigation.AttemptStatus;
import io.vllmmonitor.api.mitigation.MitigationAttempt;
import io.vllmmonitor.api.target.TargetMode;
import io.vllmmonitor.core.extension.Bound;
import io.vllmmonitor.core.testing.FakeLearner;
import io.vllmmonitor.core.testing.FakeStrategy;
import io.vllmmonitor.core.testing.MitigationRig;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class MitigationDeskTest {
  private static MitigationRig acting() {
    return breaching(TargetMode.ACT);
  }

  private static MitigationRig acting(InterventionPolicy policy) {
    MitigationRig rig = new MitigationRig(TargetMode.ACT);
    rig.policy = policy;
    rig.restart();
    rig.ticks(2);
    rig.open(FailureKind.CACHE_OVERFLOW);
    return rig;
  }

  private static InterventionPolicy eager(int perHour, int perDay) {
    return InterventionPolicy.defaults().withCooldown(Duration.ZERO).withCaps(perHour, perDay);
  }

  /** Two scrapes seen, an incident open; the next tick decides. */
  private static MitigationRig breaching(TargetMode mode) {
    MitigationRig rig = new MitigationRig(mode);
    rig.ticks(2);
    rig.open(FailureKind.CACHE_OVERFLOW);
    return rig;
  }

  @Test
  void observePlansNothing() {
    MitigationRig rig = breaching(TargetMode.OBSERVE);
    rig.ticks(5);
    assertThat(rig.history.attempts()).isEmpty();
    assertThat(rig.strategy.plans).isZero();
  }

  @Test
  void guardrailsThatMayOnlyAdviseLeadToAdviceEvenInModeAct() {
    MitigationRig rig = breaching(TargetMode.ACT);
    FailureKind kind = rig.incidents.open().get(0).kind();
    rig.incidents.adviseOnly(Set.of(kind));
    rig.ticks(5);

    assertThat(rig.attempt().status()).isEqualTo(ADVISED);
    assertThat(rig.attempt().outcomeReason()).contains("stage ADVISE");
    assertThat(rig.actuator.executed).isEmpty();
  }

  @Test
  void adviseStoresAdviceOnlyAndNotInEveryTick() {
    MitigationRig rig = breaching(TargetMode.ADVISE);
    rig.ticks(60);
    MitigationAttempt advice = rig.attempt();
    assertThat(advice.status()).isEqualTo(ADVISED);
    assertThat(advice.outcome()).isNull();
    assertThat(advice.outcomeReason()).contains("Advice only").contains("ADVISE");
    assertThat(advice.gates().get(0).gate()).isEqualTo("mode");
    assertThat(advice.gates()).hasSize(13);
    assertThat(advice.initialMetrics())
        .as("of the strategy and of the guardrails")
        .containsOnly(Map.entry(FakeStrategy.USAGE, 0.99), Map.entry("rule", 0.99));
    assertThat(rig.actuator.executed).isEmpty();
    assertThat(rig.history.statuses()).containsExactly(PLANNED, ADVISED);

    rig.restart();
    rig.ticks(30);
    assertThat(rig.history.attempts()).as("the quiet time survives a restart").hasSize(1);
    rig.ticks(40);
    assertThat(rig.history.attempts()).hasSize(2);
  }

  @Test
  void actExecutesExactlyOnce() {
    MitigationRig rig = acting(eager(100, 100));
    rig.actuator.script.put(
        "pause",
        step -> {
          assertThat(rig.attempt().status()).as("durable before it is sent").isEqualTo(DISPATCHED);
          return new ActionResult("pause", ActionResult.Status.DONE, "", Duration.ZERO);
        });
    rig.ticks(50);
    assertThat(rig.actuator.executed).containsExactly("pause", "trim");
    MitigationAttempt first = rig.history.attempts().get(0);
    assertThat(first.status()).isEqualTo(SUCCEEDED);
    assertThat(first.results()).extracting(ActionResult::action).containsExactly("pause", "trim");
    assertThat(rig.history.statuses())
        .startsWith(PLANNED, APPROVED, DISPATCHED, DISPATCHED, DISPATCHED, SUCCEEDED);
    assertThat(rig.history.attempts().stream().skip(1))
        .isNotEmpty()
        .allSatisfy(
            attempt -> {
              assertThat(attempt.status()).isEqualTo(REFUSED);
              assertThat(attempt.outcomeReason()).contains("at_most_once");
            });
  }

  @Test
  void twoFreshScrapesAreNotEnoughEvidence() {
    MitigationRig rig = new MitigationRig(TargetMode.ACT);
    rig.open(FailureKind.CACHE_OVERFLOW);
    rig.tick();
    assertRefused(rig, "evidence");
    rig.tick();
    assertThat(rig.history.attempts()).as("the same refusal is not repeated").hasSize(1);
    rig.tick();
    assertThat(rig.last().status()).isEqualTo(SUCCEEDED);
  }

  @Test
  void aDownTargetClosesTheEvidenceGate() {
    MitigationRig rig = acting();
    rig.up = false;
    rig.tick();
    assertRefused(rig, "evidence");
  }

  @Test
  void theStopFileClosesItsGate() {
    MitigationRig rig = acting();
    rig.stopped = true;
    rig.tick();
    assertRefused(rig, "stop_file");
    rig.stopped = false;
    rig.tick();
    assertThat(rig.last().status()).isEqualTo(SUCCEEDED);
  }

  @Test
  void anAttemptInFlightClosesItsGate() {
    MitigationRig rig = acting(eager(100, 100));
    rig.ticks(3);
    assertThat(rig.attempt().status()).isEqualTo(SUCCEEDED);
    rig.open(FailureKind.REQUEST_BACKLOG);
    rig.tick();
    assertRefused(rig, "in_flight");
  }

  @Test
  void theCooldownHoldsAcrossIncidentsAndRestarts() {
    MitigationRig rig = acting();
    rig.ticks(20);
    rig.open(FailureKind.REQUEST_BACKLOG);
    rig.tick();
    assertRefused(rig, "cooldown");
    rig.restart();
    rig.ticks(60);
    assertThat(rig.actuator.times("pause")).isEqualTo(1);
    rig.ticks(60);
    assertThat(rig.actuator.times("pause")).as("ten minutes are over").isEqualTo(2);
  }

  @Test
  void theHourlyAndTheDailyCapCloseTheirGates() {
    MitigationRig hourly = acting(eager(1, 100));
    hourly.ticks(20);
    hourly.open(FailureKind.REQUEST_BACKLOG);
    hourly.tick();
    assertRefused(hourly, "hourly_cap");

    MitigationRig daily = acting(eager(100, 1));
    daily.ticks(20);
    daily.clock.advance(Duration.ofHours(5));
    daily.restart();
    daily.open(FailureKind.REQUEST_BACKLOG);
    daily.ticks(4);
    assertRefused(daily, "daily_cap");
  }

  @Test
  void anUnknownLifeOfTheServerClosesItsGate() {
    MitigationRig rig = new MitigationRig(TargetMode.ACT);
    rig.incarnation = null;
    rig.ticks(3);
    rig.open(FailureKind.CACHE_OVERFLOW);
    rig.tick();
    assertRefused(rig, "incarnation");
  }

  @Test
  void aServerThatWasJustRestartedIsLeftAlone() {
    MitigationRig rig = acting();
    rig.incarnation = "life-2";
    rig.tick();
    assertRefused(rig, "evidence");
    assertThat(rig.actuator.executed).isEmpty();
  }

  @Test
  void aStrategyIsUsedOncePerIncidentAndLifeThenTheNextBest() {
    MitigationRig rig = acting(eager(100, 100));
    FakeStrategy second = new FakeStrategy("second-best");
    second.suitability = 0.8;
    rig.extensions.strategies.add(new Bound<>(second, "unit", "hash", false));
    rig.ticks(50);
    List<MitigationAttempt> sent =
        rig.history.attempts().stream().filter(a -> a.dispatchedAt() != null).toList();
    assertThat(sent)
        .extracting(MitigationAttempt::strategy)
        .containsExactly("hold-back", "second-best");
    assertRefused(rig, "at_most_once");
  }

  @Test
  void learnersChangeTheChoiceAndTheConfidence() {
    MitigationRig rig = acting();
    FakeStrategy proven = new FakeStrategy("proven");
    proven.suitability = 0.8;
    rig.extensions.strategies.add(new Bound<>(proven, "unit", "hash", false));
    FakeLearner learner = new FakeLearner("counts");
    learner.scores.put("proven", 0.9);
    learner.scores.put("hold-back", 0.1);
    rig.learners.add(new Bound<>(learner, "unit", "hash", false));
    rig.tick();
    assertThat(rig.attempt().strategy()).isEqualTo("proven");
    assertThat(rig.attempt().confidence()).isCloseTo(0.8 * 1.16, offset(1e-12));
    assertThat(rig.attempt().situation()).isEqualTo("CACHE_OVERFLOW/PROCESSING_REQUESTS");

    MitigationRig unsure = acting();
    unsure.strategy.suitability = 0.8;
    unsure.learners.add(new Bound<>(learner, "unit", "hash", false));
    unsure.tick();
    assertRefused(unsure, "confidence");
  }

  @Test
  void aPlanThatCannotBeUndoneIsRefused() {
    MitigationRig rig = acting();
    FakeStrategy hard = rig.strategy;
    hard.plan = new ActionPlan("s", hard.plan.steps(), List.of(), "all", Duration.ofSeconds(5));
    rig.tick();
    assertRefused(rig, "aggressive");
  }

  @Test
  void whatCannotBeCarriedOutIsRefused() {
    MitigationRig rig = acting();
    rig.actuator.objection = "POST /pause is not served";
    rig.tick();
    assertRefused(rig, "dry_run");
    assertThat(rig.last().outcomeReason()).contains("POST /pause is not served");

    MitigationRig nobody = acting();
    nobody.extensions.actuators.clear();
    nobody.tick();
    assertRefused(nobody, "dry_run");
  }

  @Test
  void anIncidentThatWithstoodEnoughAttemptsIsLeftToPeople() {
    MitigationRig rig =
        acting(new InterventionPolicy(0, 100, 100, Duration.ZERO, 1, false, Duration.ofHours(1)));
    rig.extensions.strategies.add(new Bound<>(new FakeStrategy("other"), "u", "h", false));
    rig.ticks(20);
    assertThat(rig.actuator.times("pause")).isEqualTo(1);
    assertRefused(rig, "escalation");
  }

  @Test
  void evidenceThatGrewOldExpiresTheAttempt() {
    MitigationRig rig = acting();
    rig.history.afterWrite(
        draft -> {
          if (draft.has(APPROVED)) {
            rig.clock.advanceSeconds(11);
          }
        });
    rig.tick();
    assertThat(rig.attempt().status()).isEqualTo(EXPIRED);
    assertThat(rig.actuator.executed).isEmpty();
  }

  @Test
  void theStopFileIsLookedAtRightBeforeItIsSent() {
    MitigationRig rig = acting();
    rig.history.afterWrite(draft -> rig.stopped |= draft.has(APPROVED));
    rig.tick();
    assertRefused(rig, "stop_file");
    assertThat(rig.actuator.executed).isEmpty();
  }

  @Test
  void theStopFileEndsAPlanBetweenItsStepsAndTheRollbackStillRuns() {
    MitigationRig rig = acting();
    rig.actuator.script.put(
        "pause",
        step -> {
          rig.stopped = true;
          return new ActionResult("pause", ActionResult.Status.DONE, "", Duration.ZERO);
        });
    rig.tick();
    assertThat(rig.actuator.executed).containsExactly("pause", "resume");
    assertThat(rig.attempt().status()).isEqualTo(FAILED);
    assertThat(rig.attempt().outcomeReason()).contains("STOP file");
  }

  @Test
  void aFailedStepRunsTheRollbackOnce() {
    MitigationRig rig = acting();
    rig.actuator.answer("trim", ActionResult.Status.FAILED);
    rig.actuator.answer("resume", ActionResult.Status.FAILED);
    rig.ticks(20);
    assertThat(rig.actuator.executed).containsExactly("pause", "trim", "resume");
    MitigationAttempt attempt = rig.history.attempts().get(0);
    assertThat(attempt.status()).isEqualTo(FAILED);
    assertThat(attempt.results())
        .extracting(ActionResult::status)
        .containsExactly(
            ActionResult.Status.DONE, ActionResult.Status.FAILED, ActionResult.Status.FAILED);
  }

  @Test
  void aStepThatThrowsIsUnknownAndRolledBack() {
    MitigationRig rig = acting();
    rig.actuator.script.put(
        "pause",
        step -> {
          throw new StackOverflowError("deep");
        });
    rig.tick();
    assertThat(rig.actuator.executed).containsExactly("pause", "resume");
    assertThat(rig.attempt().status()).isEqualTo(UNKNOWN);
    assertThat(rig.attempt().results().get(0).detail()).contains("StackOverflowError");
  }

  @Test
  void whereNothingWasDoneNothingIsMeasured() {
    MitigationRig rig = acting();
    rig.actuator.answer("pause", ActionResult.Status.FAILED);
    rig.ticks(20);
    assertThat(rig.attempt().status()).isEqualTo(FAILED);
    assertThat(rig.attempt().outcome()).isNull();
    assertThat(rig.attempt().verifyAt()).isNull();
    assertThat(rig.attempt().outcomeReason()).contains("Nothing was done");
  }

  @Test
  void aStepWithoutAnAnswerByItsDeadlineIsGivenUpAndRolledBack() {
    MitigationRig rig = acting();
    rig.scrape();
    rig.scrape();
    rig.scrape();
    assertThat(rig.attempt().status()).isEqualTo(DISPATCHED);
    rig.scrape();
    // 15 s after the dispatch: the call never began, its deadline of 10 s is over.
    rig.work();
    assertThat(rig.actuator.executed).containsExactly("resume");
    assertThat(rig.attempt().status()).isEqualTo(UNKNOWN);
    assertThat(rig.problems.open())
        .extracting(Problem::code)
        .contains(ErrorCode.MITIGATION_DEADLINE);
  }

  @Test
  void aCallThatHangsIsInterruptedAndItsLateAnswerDropped() throws InterruptedException {
    MitigationRig rig = acting();
    CountDownLatch called = new CountDownLatch(1);
    CountDownLatch never = new CountDownLatch(1);
    AtomicBoolean interrupted = new AtomicBoolean();
    rig.actuator.script.put(
        "pause",
        step -> {
          called.countDown();
          try {
            never.await();
          } catch (InterruptedException e) {
            interrupted.set(true);
          }
          return new ActionResult("pause", ActionResult.Status.DONE, "late", Duration.ZERO);
        });
    rig.scrape();
    Thread hanging = new Thread(rig.worker::runOne, "hanging");
    hanging.start();
    called.await();
    rig.scrape();
    rig.scrape();
    rig.scrape();
    hanging.join();
    assertThat(interrupted).isTrue();
    rig.work();
    assertThat(rig.actuator.executed).containsExactly("pause", "resume");
    assertThat(rig.attempt().status()).isEqualTo(UNKNOWN);
    assertThat(rig.attempt().results())
        .extracting(ActionResult::status)
        .containsExactly(ActionResult.Status.UNKNOWN, ActionResult.Status.DONE);
    assertThat(rig.attempt().verifyAt()).as("it may have had an effect").isNotNull();
  }

  @Test
  void strategiesThatMisbehaveAreLeftOutAndTheOthersAreAsked() {
    MitigationRig rig = acting();
    FakeStrategy boastful = new FakeStrategy("boastful");
    boastful.suitability = Double.POSITIVE_INFINITY;
    rig.extensions.strategies.add(0, new Bound<>(boastful, "unit", "hash", false));
    FakeStrategy shadow = new FakeStrategy("a-shadow");
    shadow.suitability = 1;
    rig.extensions.strategies.add(0, new Bound<>(shadow, "unit", "hash", true));
    rig.tick();
    assertThat(rig.attempt().strategy()).isEqualTo("hold-back");
    assertThat(rig.problems.open())
        .extracting(Problem::code)
        .containsExactly(ErrorCode.PLUGIN_CALL_FAILED);
  }

  @Test
  void whatWasAskedAndIsNotThereClosesTheEvidenceGate() {
    MitigationRig rig = acting();
    rig.strategy.alsoAsks = "vllm:gone";
    rig.tick();
    assertRefused(rig, "evidence");
    assertThat(rig.last().outcomeReason()).contains("vllm:gone");
  }

  @Test
  void anAnswerAfterTheDeadlineCountsAsFailed() {
    MitigationRig rig = acting();
    rig.actuator.script.put(
        "pause",
        step -> {
          rig.clock.advanceSeconds(12);
          return new ActionResult("pause", ActionResult.Status.DONE, "ok", Duration.ZERO);
        });
    rig.tick();
    assertThat(rig.actuator.executed).containsExactly("pause", "resume");
    assertThat(rig.attempt().status()).isEqualTo(FAILED);
    assertThat(rig.attempt().verifyAt()).as("it had an effect").isNotNull();
  }

  @Test
  void whatCannotBeStoredIsNotSent() {
    for (AttemptStatus status : List.of(PLANNED, APPROVED, DISPATCHED)) {
      MitigationRig rig = acting();
      rig.history.refuse(draft -> draft.has(status));
      rig.ticks(3);
      assertThat(rig.actuator.executed).as("%s", status).isEmpty();
      assertThat(rig.problems.open()).extracting(Problem::code).contains(ErrorCode.STORE_FULL);
      rig.history.refuse(draft -> false);
      rig.ticks(3);
      assertThat(rig.actuator.times("pause")).as("%s", status).isEqualTo(1);
      assertThat(rig.history.attempts())
          .extracting(MitigationAttempt::status)
          .doesNotContain(PLANNED, APPROVED);
    }
  }

  @Test
  void aResultThatCannotBeStoredIsKeptUntilItCan() {
    MitigationRig rig = acting();
    rig.history.refuse(draft -> draft.has(SUCCEEDED));
    rig.ticks(3);
    assertThat(rig.attempt().status()).isEqualTo(DISPATCHED);
    assertThat(rig.desk.busy()).isTrue();
    rig.history.refuse(draft -> false);
    rig.tick();
    assertThat(rig.attempt().status()).isEqualTo(SUCCEEDED);
    assertThat(rig.actuator.executed).containsExactly("pause", "trim");
  }

  @Test
  void windingDownUndoesWhatRuns() {
    MitigationRig rig = acting();
    rig.scrape();
    rig.worker.runOne();
    rig.mailbox.runOne();
    rig.desk.windDown();
    rig.work();
    assertThat(rig.actuator.executed).containsExactly("pause", "resume");
    assertThat(rig.attempt().status()).isEqualTo(UNKNOWN);
    assertThat(rig.desk.busy()).isFalse();
  }

  private static void assertRefused(MitigationRig rig, String gate) {
    MitigationAttempt attempt = rig.last();
    assertThat(attempt.status()).isEqualTo(REFUSED);
    assertThat(attempt.outcome()).isNull();
    assertThat(attempt.outcomeReason()).startsWith("Refused by the gate " + gate + ":");
    assertThat(attempt.gates())
        .anySatisfy(
            result -> {
              assertThat(result.gate()).isEqualTo(gate);
              assertThat(result.open()).isFalse();
            });
  }
}
