package io.vllmmonitor.core.outcome;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.guardrail.FiringStatus;
import io.vllmmonitor.api.guardrail.GuardrailFiring;
import io.vllmmonitor.api.guardrail.Severity;
import io.vllmmonitor.api.history.HistoryQuery;
import io.vllmmonitor.api.incident.Incident;
import io.vllmmonitor.api.incident.IncidentStatus;
import io.vllmmonitor.api.lifecycle.FailureKind;
import io.vllmmonitor.api.lifecycle.LifecycleState;
import io.vllmmonitor.api.lifecycle.StateCheckpoint;
import io.vllmmonitor.api.lifecycle.StateTransition;
import io.vllmmonitor.api.mitigation.ActionPlan;
import io.vllmmonitor.api.mitigation.ActionStep;
import io.vllmmonitor.api.mitigation.AttemptStatus;
import io.vllmmonitor.api.mitigation.MitigationAttempt;
import io.vllmmonitor.api.outcome.HappyPath;
import io.vllmmonitor.api.outcome.MetricProfile;
import io.vllmmonitor.api.outcome.MitigationOutcome;
import io.vllmmonitor.api.target.TargetId;
import io.vllmmonitor.core.identity.TimeOrderedIds;
import io.vllmmonitor.core.testing.ManualClock;
import io.vllmmonitor.core.testing.MemoryHistory;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class HappyPathsTest {
  private static final TargetId TARGET = new TargetId("a:8000");
  private static final Instant OPENED = ManualClock.START.minusSeconds(600);

  private final ManualClock clock = new ManualClock();
  private final MemoryHistory history = new MemoryHistory();
  private final HappyPaths paths =
      new HappyPaths(history, history, clock, new TimeOrderedIds(clock, new Random(1)));

  private void incident(String id, int second, int seconds, IncidentStatus status) {
    Instant at = OPENED.plusSeconds(second);
    GuardrailFiring firing =
        new GuardrailFiring(
            "f-" + id,
            TARGET,
            "kv-thrash",
            "ab",
            FiringStatus.CLEARED,
            Severity.ERROR,
            FailureKind.CACHE_OVERFLOW,
            false,
            at.minusSeconds(10),
            at.minusSeconds(1),
            at.plusSeconds(seconds),
            "thrash",
            Map.of());
    Incident incident =
        new Incident(
            id,
            TARGET,
            FailureKind.CACHE_OVERFLOW,
            status,
            Severity.ERROR,
            "thrash",
            at,
            status == IncidentStatus.CLOSED ? at.plusSeconds(seconds) : null,
            List.of(firing.id()));
    history.write(
        entries -> {
          entries.firing(firing);
          entries.incident(incident);
        });
  }

  private void attempt(
      String id,
      String incident,
      int second,
      String strategy,
      @Nullable MitigationOutcome outcome,
      double kv) {
    Instant at = OPENED.plusSeconds(second);
    MitigationAttempt attempt =
        new MitigationAttempt(
            id,
            TARGET,
            incident,
            FailureKind.CACHE_OVERFLOW,
            strategy,
            "cd",
            null,
            "kv-high",
            outcome == null ? AttemptStatus.ADVISED : AttemptStatus.SUCCEEDED,
            new ActionPlan(
                "do it",
                List.of(
                    new ActionStep("vllm.pause", Map.of("mode", "wait"), Duration.ofSeconds(9))),
                List.of(),
                "all wait",
                Duration.ofMinutes(1)),
            List.of(),
            at,
            at,
            at,
            null,
            Duration.ofSeconds(1),
            outcome,
            "",
            List.of(),
            List.of(),
            LifecycleState.ERROR,
            LifecycleState.PROCESSING_REQUESTS,
            Map.of("kv", 0.99),
            Map.of("kv", kv, "lost", Double.NaN),
            0.5);
    history.write(entries -> entries.attempt(attempt));
  }

  private void checkpoint(String id, int second) {
    StateCheckpoint checkpoint =
        new StateCheckpoint(
            id,
            TARGET,
            OPENED.plusSeconds(second),
            LifecycleState.RECOVERING,
            LifecycleState.ERROR,
            StateTransition.ERROR_RECOVERY,
            "up again",
            Map.of(),
            Map.of(),
            Map.of(),
            Map.of(),
            null,
            List.of(),
            List.of(),
            Map.of());
    history.write(entries -> entries.checkpoint(checkpoint));
  }

  private static void assertRefused(ErrorCode code, String hint, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(MonitorException.class, e -> assertThat(e.code()).isEqualTo(code))
        .hasMessageContaining(hint);
  }

  @Test
  void aPathNamesWhatWorkedAndEverythingAroundIt() {
    incident("i1", 0, 90, IncidentStatus.CLOSED);
    attempt("a1", "i1", 10, "shrink", MitigationOutcome.FAILURE, 0.9);
    attempt("a2", "i1", 30, "drain", MitigationOutcome.PARTIAL_SUCCESS, 0.8);
    attempt("a3", "i1", 50, "restart", MitigationOutcome.SUCCESS, 0.4);
    attempt("b1", "other", 55, "sleep", MitigationOutcome.SUCCESS, 0.1);
    checkpoint("before", -500);
    checkpoint("c1", 20);
    checkpoint("c2", 40);
    checkpoint("c3", 60);

    HappyPath path = paths.save("i1", " evening ", "by hand");

    assertThat(path.name()).isEqualTo("evening");
    assertThat(path.description()).isEqualTo("by hand");
    assertThat(path.target()).isEqualTo(TARGET);
    assertThat(path.startState()).isEqualTo(LifecycleState.ERROR);
    assertThat(path.endState()).isEqualTo(LifecycleState.PROCESSING_REQUESTS);
    assertThat(path.strategies()).containsExactly("drain", "restart");
    assertThat(path.steps())
        .containsExactly(
            new HappyPath.Step("drain", "vllm.pause", Map.of("mode", "wait")),
            new HappyPath.Step("restart", "vllm.pause", Map.of("mode", "wait")));
    assertThat(path.checkpoints()).containsExactly("c1", "c2", "c3");
    assertThat(path.attempts()).containsExactly("a2", "a3");
    assertThat(path.incidents()).containsExactly("i1");
    assertThat(path.guardrails()).containsExactly("kv-thrash");
    assertThat(path.metricsProfile()).isEqualTo(Map.of("kv", MetricProfile.of(0.4)));
    assertThat(path.duration()).isEqualTo(Duration.ofSeconds(90));
    assertThat(path.successCount()).isEqualTo(1);
    assertThat(path.failureCount()).isEqualTo(1);
    assertThat(path.lastSuccess()).isEqualTo(OPENED.plusSeconds(90));
    assertThat(path.savedAt()).isEqualTo(ManualClock.START);
    assertThat(history.happyPaths(HistoryQuery.newest(), "evening", null, null).items())
        .containsExactly(path);
  }

  @Test
  void aSecondIncidentOfTheSameWayCountsAsOneMoreSuccess() {
    incident("i1", 0, 90, IncidentStatus.CLOSED);
    attempt("a1", "i1", 10, "drain", MitigationOutcome.SUCCESS, 0.4);
    incident("i2", 300, 30, IncidentStatus.CLOSED);
    attempt("a2", "i2", 310, "drain", MitigationOutcome.SUCCESS, 0.6);
    HappyPath first = paths.save("i1", "drain it", "");
    clock.advance(Duration.ofSeconds(5));
    assertThat(paths.save("i1", "drain it", "")).isEqualTo(first);

    HappyPath second = paths.save("i2", "drain it", "more");

    assertThat(second.id()).isEqualTo(first.id());
    assertThat(second.description()).isEqualTo("more");
    assertThat(second.successCount()).isEqualTo(2);
    assertThat(second.duration()).isEqualTo(Duration.ofSeconds(60));
    assertThat(second.incidents()).containsExactly("i1", "i2");
    assertThat(second.attempts()).containsExactly("a2");
    MetricProfile kv = requireNonNull(second.metricsProfile().get("kv"));
    assertThat(kv.mean()).isCloseTo(0.5, within(1e-12));
    assertThat(kv.std()).isCloseTo(0.1, within(1e-12));
    assertThat(kv.min()).isEqualTo(0.4);
    assertThat(kv.max()).isEqualTo(0.6);
    assertThat(paths.save("i1", "drain it", "")).isEqualTo(second);
  }

  @Test
  void whatDidNotWorkIsNotSaved() {
    incident("open", 0, 90, IncidentStatus.OPEN);
    attempt("a1", "open", 10, "drain", MitigationOutcome.SUCCESS, 0.4);
    incident("alone", 100, 90, IncidentStatus.CLOSED);
    incident("partly", 300, 90, IncidentStatus.CLOSED);
    attempt("a2", "partly", 310, "drain", MitigationOutcome.PARTIAL_SUCCESS, 0.4);
    attempt("a3", "partly", 320, "restart", null, 0.4);
    assertRefused(ErrorCode.INCIDENT_NOT_FOUND, "none", () -> paths.save("none", "x", ""));
    assertRefused(ErrorCode.HAPPY_PATH_REFUSED, "open", () -> paths.save("open", "x", ""));
    assertRefused(
        ErrorCode.HAPPY_PATH_REFUSED, "nothing was tried", () -> paths.save("alone", "x", ""));
    assertRefused(
        ErrorCode.HAPPY_PATH_REFUSED,
        "drain PARTIAL_SUCCESS, restart ADVISED",
        () -> paths.save("partly", "x", ""));
    assertRefused(ErrorCode.HAPPY_PATH_REFUSED, "name", () -> paths.save("alone", " ", ""));
    assertRefused(
        ErrorCode.HAPPY_PATH_REFUSED, "1001", () -> paths.save("alone", "x", "d".repeat(1_001)));
    assertThat(history.happyPaths(HistoryQuery.newest(), null, null, null).items()).isEmpty();
  }

  @Test
  void aNameBelongsToOneWay() {
    incident("i1", 0, 90, IncidentStatus.CLOSED);
    attempt("a1", "i1", 10, "drain", MitigationOutcome.SUCCESS, 0.4);
    incident("i2", 300, 30, IncidentStatus.CLOSED);
    attempt("a2", "i2", 310, "restart", MitigationOutcome.SUCCESS, 0.6);
    HappyPath first = paths.save("i1", "the way", "");
    assertRefused(ErrorCode.HAPPY_PATH_REFUSED, "[drain]", () -> paths.save("i2", "the way", ""));
    assertThat(paths.save("i2", "another", "").id()).isNotEqualTo(first.id());
  }

  @Test
  void aFullStoreIsPassedOn() {
    incident("i1", 0, 90, IncidentStatus.CLOSED);
    attempt("a1", "i1", 10, "drain", MitigationOutcome.SUCCESS, 0.4);
    history.refuse(draft -> !draft.paths.isEmpty());
    assertRefused(ErrorCode.STORE_FULL, "full", () -> paths.save("i1", "x", ""));
  }

  @Test
  void halfACharacterIsRefusedSinceItWouldNotComeBackAsItself() {
    incident("i-1", 0, 60, IncidentStatus.CLOSED);
    attempt("a-1", "i-1", 10, "drain", MitigationOutcome.SUCCESS, 0.3);
    for (String[] texts : new String[][] {{"kv\ud800", ""}, {"kv", "\udc00"}}) {
      assertThatThrownBy(() -> paths.save("i-1", texts[0], texts[1]))
          .isInstanceOfSatisfying(
              MonitorException.class,
              e -> assertThat(e.code()).isEqualTo(ErrorCode.HAPPY_PATH_REFUSED));
    }
    assertThat(paths.save("i-1", "kv \ud83d\ude00", "").name()).isEqualTo("kv \ud83d\ude00");
  }

  @Test
  void aVeryLongIdOfAnIncidentIsNotRepeatedWhole() {
    assertThatThrownBy(() -> paths.save("i".repeat(900_000), "kv", ""))
        .isInstanceOfSatisfying(
            MonitorException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.INCIDENT_NOT_FOUND);
              assertThat(e.getMessage()).hasSizeLessThan(300).contains("iii…");
            });
  }
}
