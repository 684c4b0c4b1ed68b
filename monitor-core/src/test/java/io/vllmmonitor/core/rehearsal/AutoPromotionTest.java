package io.vllmmonitor.core.rehearsal;

import static io.vllmmonitor.core.rehearsal.RunningGuardrails.firing;
import static io.vllmmonitor.core.rehearsal.RunningGuardrails.generation;
import static io.vllmmonitor.core.rehearsal.RunningGuardrails.status;
import static org.assertj.core.api.Assertions.assertThat;

import io.vllmmonitor.api.code.LifePhase;
import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.history.AuditAction;
import io.vllmmonitor.api.plugin.PluginStatus;
import io.vllmmonitor.api.target.TargetMode;
import io.vllmmonitor.core.audit.AuditLog;
import io.vllmmonitor.core.guardrail.GuardrailStatus;
import io.vllmmonitor.core.identity.TimeOrderedIds;
import io.vllmmonitor.core.plugin.GuardrailPromotion;
import io.vllmmonitor.core.plugin.PluginSummary;
import io.vllmmonitor.core.plugin.Stage;
import io.vllmmonitor.core.telemetry.Problems;
import io.vllmmonitor.core.testing.MemoryHistory;
import io.vllmmonitor.testkit.time.ManualClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Whether code that has run in shadow is promoted by itself. */
class AutoPromotionTest {
  private static final Instant T0 = Instant.parse("2026-11-25T12:00:00Z");
  private static final Duration AFTER = Duration.ofHours(24);

  private final ManualClock clock = new ManualClock(T0);
  private final MemoryHistory history = new MemoryHistory();
  private final Problems problems = new Problems(clock, history);
  private final List<GuardrailStatus> guardrails = new ArrayList<>();
  private final List<String> promoted = new ArrayList<>();

  private void round(Duration after) {
    GuardrailPromotion promotion =
        new GuardrailPromotion() {
          @Override
          public PluginSummary promote(String unit, Stage stage, String why) {
            promoted.add(unit + " to " + stage + ": " + why);
            return new PluginSummary(
                history.generations(unit).get(0),
                LifePhase.ACTIVE,
                PluginStatus.ACTIVE,
                List.of(),
                "",
                "");
          }

          @Override
          public Stage stage(String unit, TargetMode mode) {
            throw new UnsupportedOperationException();
          }
        };
    RehearsalPolicy policy =
        new RehearsalPolicy(true, Duration.ofHours(24), Duration.ofSeconds(60), 0.5, after);
    AuditLog audit =
        new AuditLog(clock, new TimeOrderedIds(clock, new Random(1)), history, problems);
    new AutoPromotion(policy, promotion, () -> guardrails, history, problems, audit, clock).round();
  }

  private void inShadowSinceT0() {
    guardrails.add(status("hash", true, 10));
    history.put(generation("hash", 1, T0));
  }

  @Test
  void whatRanInShadowForLongEnoughIsPromotedAndAudited() {
    inShadowSinceT0();
    clock.advance(AFTER.minusMillis(1));
    round(AFTER);
    assertThat(promoted).isEmpty();
    clock.advance(Duration.ofMillis(1));
    round(AFTER);
    assertThat(promoted).containsExactly("unit to ACT: promoted after PT24H in shadow");
    assertThat(history.audit())
        .singleElement()
        .satisfies(
            entry -> {
              assertThat(entry.action()).isEqualTo(AuditAction.GUARDRAIL_PROMOTE);
              assertThat(entry.subject()).isEqualTo("unit");
            });
  }

  @Test
  void nothingIsPromotedWhereNobodyAskedForItOrNothingIsInShadow() {
    inShadowSinceT0();
    clock.advance(AFTER);
    round(Duration.ZERO);
    guardrails.set(0, status("hash", false, 10));
    round(AFTER);
    assertThat(promoted).isEmpty();
  }

  @Test
  void newContentStartsOver() {
    inShadowSinceT0();
    clock.advance(AFTER);
    history.put(generation("hash2", 2, T0.plusSeconds(60)));
    guardrails.set(0, status("hash2", true, 10));
    round(AFTER);
    assertThat(promoted).isEmpty();
  }

  @Test
  void whatFiresForTooMuchOfThatTimeStaysInShadow() {
    inShadowSinceT0();
    history.write(out -> out.firing(firing("f1", "hash", T0, T0.plus(Duration.ofHours(7)))));
    history.write(out -> out.firing(firing("f2", "hash", T0.plus(Duration.ofHours(18)), null)));
    history.write(
        out -> out.firing(firing("old", "before", T0.minusSeconds(5), T0.plusSeconds(86_400))));
    clock.advance(AFTER);
    round(AFTER);
    assertThat(promoted).as("13 of 24 hours").isEmpty();
    history.write(
        out ->
            out.firing(
                firing(
                    "f2", "hash", T0.plus(Duration.ofHours(18)), T0.plus(Duration.ofHours(22)))));
    round(AFTER);
    assertThat(promoted).as("11 of 24 hours; that of other code does not count").hasSize(1);
  }

  @Test
  void whatHasAProblemOrWasNeverAskedStaysInShadow() {
    inShadowSinceT0();
    clock.advance(AFTER);
    String subject = "guardrail kv on gpu:8000";
    problems.note(ErrorCode.GUARDRAIL_EVALUATION, Blame.PLUGIN, subject, "it threw");
    round(AFTER);
    problems.clear(ErrorCode.GUARDRAIL_EVALUATION, subject);
    guardrails.set(0, status("hash", true, 0));
    round(AFTER);
    assertThat(promoted).isEmpty();
    guardrails.set(0, status("hash", true, 1));
    problems.note(ErrorCode.REHEARSAL_FIRES_OFTEN, Blame.PLUGIN, "unit", "why it is in shadow");
    round(AFTER);
    assertThat(promoted).hasSize(1);
  }
}
