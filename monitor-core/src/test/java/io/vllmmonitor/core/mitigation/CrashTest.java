package io.vllmmonitor.core.mitigation;

import static io.vllmmonitor.api.mitigation.AttemptStatus.DISPATCHED;
import static io.vllmmonitor.api.mitigation.AttemptStatus.EXPIRED;
import static io.vllmmonitor.api.mitigation.AttemptStatus.SUCCEEDED;
import static io.vllmmonitor.api.mitigation.AttemptStatus.UNKNOWN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vllmmonitor.api.history.RestoreReport;
import io.vllmmonitor.api.lifecycle.FailureKind;
import io.vllmmonitor.api.mitigation.ActionResult;
import io.vllmmonitor.api.mitigation.AttemptStatus;
import io.vllmmonitor.api.mitigation.MitigationAttempt;
import io.vllmmonitor.api.outcome.MitigationOutcome;
import io.vllmmonitor.api.target.TargetMode;
import io.vllmmonitor.core.testing.MitigationRig;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The process dies at every point of an attempt; nothing is ever sent twice. */
class CrashTest {
  /** What ends a process where it stands; nothing in the core catches it. */
  private static final class Killed extends Error {
    private static final long serialVersionUID = 1L;
  }

  /** No cooldown and no caps, so that only the record of the attempt keeps it from a second try. */
  private static MitigationRig eager() {
    MitigationRig rig = new MitigationRig(TargetMode.ACT);
    rig.policy = rig.policy.withCooldown(Duration.ZERO).withCaps(1_000, 1_000);
    rig.restart();
    rig.ticks(2);
    rig.open(FailureKind.CACHE_OVERFLOW);
    return rig;
  }

  private static void killedAfterStoring(MitigationRig rig, AttemptStatus status, int time) {
    int[] left = {time};
    rig.history.afterWrite(
        draft -> {
          if (draft.has(status) && --left[0] == 0) {
            throw new Killed();
          }
        });
    assertThatThrownBy(() -> rig.ticks(10)).isInstanceOf(Killed.class);
  }

  @ParameterizedTest
  @EnumSource(
      value = AttemptStatus.class,
      names = {"PLANNED", "APPROVED"})
  void beforeTheDispatchItExpiresAndALaterAttemptIsSentOnce(AttemptStatus status) {
    MitigationRig rig = eager();
    killedAfterStoring(rig, status, 1);
    assertThat(rig.actuator.executed).isEmpty();
    List<RestoreReport.Item> items = rig.restart();
    assertThat(items)
        .extracting(RestoreReport.Item::detail)
        .anyMatch(detail -> detail.contains(status + " became EXPIRED"));
    rig.ticks(60);
    assertThat(rig.history.attempts().get(0).status()).isEqualTo(EXPIRED);
    assertThat(rig.actuator.executed).containsExactly("pause", "trim");
  }

  @Test
  void afterTheDispatchItIsUndoneOnceMeasuredAndNeverRepeated() {
    MitigationRig rig = eager();
    killedAfterStoring(rig, DISPATCHED, 1);
    assertThat(rig.actuator.executed).isEmpty();
    rig.restart();
    assertThat(rig.attempt().status()).isEqualTo(UNKNOWN);
    assertThat(rig.attempt().outcomeReason()).contains("never repeated");
    rig.usage = 0.6;
    rig.ticks(60);
    assertThat(rig.actuator.executed).containsExactly("resume");
    MitigationAttempt attempt = rig.history.attempts().get(0);
    assertThat(attempt.status()).isEqualTo(UNKNOWN);
    assertThat(attempt.results()).extracting(ActionResult::action).containsExactly("resume");
    assertThat(attempt.outcome()).as("observed").isEqualTo(MitigationOutcome.SUCCESS);
    assertThat(rig.history.events()).as("nobody knows how far it came").isEmpty();
  }

  @Test
  void withinAStepItIsNeverRepeated() {
    MitigationRig rig = eager();
    rig.scrape();
    rig.worker.runOne();
    assertThat(rig.actuator.executed).containsExactly("pause");
    assertThat(rig.attempt().status()).isEqualTo(DISPATCHED);
    rig.restart();
    rig.ticks(60);
    assertThat(rig.actuator.executed).containsExactly("pause", "resume");
    rig.restart();
    rig.ticks(60);
    assertThat(rig.actuator.executed).containsExactly("pause", "resume");
  }

  @Test
  void betweenTwoStepsTheResultsSoFarAreKept() {
    MitigationRig rig = eager();
    rig.scrape();
    rig.worker.runOne();
    rig.mailbox.runOne();
    rig.restart();
    rig.ticks(3);
    assertThat(rig.actuator.executed).containsExactly("pause", "resume");
    assertThat(rig.attempt().results())
        .extracting(ActionResult::action)
        .containsExactly("pause", "resume");
  }

  @Test
  void afterTheLastStepBeforeItsEndWasStored() {
    MitigationRig rig = eager();
    killedAfterStoring(rig, DISPATCHED, 3);
    assertThat(rig.actuator.executed).containsExactly("pause", "trim");
    rig.restart();
    rig.ticks(60);
    assertThat(rig.actuator.executed).containsExactly("pause", "trim", "resume");
  }

  @Test
  void afterItsEndItIsOnlyMeasured() {
    MitigationRig rig = eager();
    killedAfterStoring(rig, SUCCEEDED, 1);
    rig.restart();
    rig.ticks(60);
    assertThat(rig.actuator.executed).containsExactly("pause", "trim");
    assertThat(rig.history.attempts().get(0).outcome()).isEqualTo(MitigationOutcome.FAILURE);
    assertThat(rig.history.events()).hasSize(1);
  }

  @Test
  void aCrashWithinTheUndoingRunsItAgain() {
    MitigationRig rig = eager();
    killedAfterStoring(rig, DISPATCHED, 1);
    rig.restart();
    rig.scrape();
    rig.worker.runOne();
    rig.restart();
    rig.ticks(60);
    assertThat(rig.actuator.executed).containsExactly("resume", "resume");
    assertThat(rig.history.attempts().get(0).finishedAt()).isNotNull();
  }

  @Test
  void nothingIsUndoneOnAnotherLifeOfTheServer() {
    MitigationRig rig = eager();
    killedAfterStoring(rig, DISPATCHED, 1);
    rig.incarnation = "life-2";
    rig.restart();
    rig.tick();
    assertThat(rig.actuator.executed).isEmpty();
    assertThat(rig.attempt().finishedAt()).isNotNull();
    assertThat(rig.attempt().outcomeReason()).contains("restarted since");
  }

  @Test
  void theUndoingWaitsForTheServerToAnswer() {
    MitigationRig rig = eager();
    killedAfterStoring(rig, DISPATCHED, 1);
    rig.restart();
    rig.up = false;
    rig.ticks(5);
    assertThat(rig.actuator.executed).isEmpty();
    rig.up = true;
    rig.tick();
    assertThat(rig.actuator.executed).containsExactly("resume");
  }

  @Test
  void nothingIsUndoneUnderTheStopFile() {
    MitigationRig rig = eager();
    killedAfterStoring(rig, DISPATCHED, 1);
    rig.stopped = true;
    rig.restart();
    rig.ticks(5);
    assertThat(rig.actuator.executed).isEmpty();
    assertThat(rig.history.attempts().get(0).status()).isEqualTo(UNKNOWN);
    assertThat(rig.history.attempts().get(0).verifyAt()).isNotNull();
  }
}
