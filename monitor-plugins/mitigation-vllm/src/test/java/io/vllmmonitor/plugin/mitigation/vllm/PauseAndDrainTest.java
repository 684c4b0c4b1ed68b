package io.vllmmonitor.plugin.mitigation.vllm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vllmmonitor.api.config.Settings;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.incident.Incident;
import io.vllmmonitor.api.lifecycle.FailureKind;
import io.vllmmonitor.api.mitigation.ActionPlan;
import io.vllmmonitor.api.mitigation.ActionStep;
import io.vllmmonitor.api.outcome.Measurement;
import io.vllmmonitor.api.outcome.MitigationOutcome;
import io.vllmmonitor.api.target.TargetCapabilities;
import io.vllmmonitor.testkit.plugin.FakeMetricView;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PauseAndDrainTest {
  private static final Incident THRASH = Scenes.incident(FailureKind.CACHE_OVERFLOW);
  private final PauseAndDrain strategy = new PauseAndDrain(Settings.empty());

  @ParameterizedTest(name = "{0} preemptions/s, {1} tokens/s, usage {2}, {3} waiting: {4}")
  @CsvSource({
    "0,    300, 0.80,  5, SUCCESS",
    "0.05, 245, 0.90, 20, SUCCESS",
    "0,    230, 0.80,  5, PARTIAL_SUCCESS",
    "0,     10, 0.10,  0, PARTIAL_SUCCESS",
    "0,    300, 0.97,  5, PARTIAL_SUCCESS",
    "2,    300, 0.80,  5, PARTIAL_SUCCESS",
    "5,    300, 0.98, 20, FAILURE",
    "4,    310, 0.80, 20, FAILURE",
    "6.5,  300, 0.98, 20, MADE_WORSE",
    "0,    140, 0.50, 20, MADE_WORSE"
  })
  void theOutcomeIsMeasured(
      double preemptions, double tokens, double usage, double waiting, MitigationOutcome outcome) {
    Measurement measured =
        strategy.verify(
            THRASH,
            Scenes.view(5, 300, 0.98, 20),
            Scenes.view(preemptions, tokens, usage, waiting));
    assertThat(measured.outcome()).isEqualTo(outcome);
    assertThat(measured.explanation()).contains("5.00/s before").contains("300/s");
  }

  @Test
  void lessGoodputIsASideEffect() {
    Measurement measured =
        strategy.verify(THRASH, Scenes.view(5, 300, 1, 20), Scenes.view(0, 200, 0.5, 20));
    assertThat(measured.sideEffects()).containsExactly("Generated tokens fell from 300/s to 200/s");
  }

  @Test
  void aWindowWithoutSamplesMeasuresNothingAndMarksTheView() {
    FakeMetricView after = FakeMetricView.empty();
    Measurement measured = strategy.verify(THRASH, Scenes.view(5, 300, 1, 20), after);
    assertThat(measured.outcome()).isEqualTo(MitigationOutcome.FAILURE);
    assertThat(measured.explanation()).contains("Could not be measured").contains("after");
    assertThat(after.missing()).contains("vllm:num_preemptions_total");
  }

  @Test
  void itPausesWithADeadlineAndAlwaysResumes() {
    ActionPlan plan = strategy.plan(THRASH, FakeMetricView.empty());
    assertThat(plan.steps())
        .extracting(ActionStep::action)
        .containsExactly("vllm.pause", "vllm.resume");
    assertThat(plan.steps().get(0).arguments())
        .isEqualTo(Map.of("mode", "wait", "clear_cache", "false"));
    assertThat(plan.steps().get(0).deadline()).isEqualTo(Duration.ofSeconds(60));
    assertThat(plan.rollback()).extracting(ActionStep::action).containsExactly("vllm.resume");
    assertThat(plan.verificationWindow()).isEqualTo(Duration.ofSeconds(30));
    assertThat(plan.blastRadius()).contains("127.0.0.1:8000").contains("60 s");
  }

  @Test
  void itFitsOnlyThrashOnAServerThatCanPause() {
    FakeMetricView view = FakeMetricView.empty();
    assertThat(
            strategy.suitability(Scenes.incident(FailureKind.ENGINE_HANG), view, Scenes.DEV_MODE))
        .isZero();
    TargetCapabilities halfWay = new TargetCapabilities("0.32.0", Set.of("POST /pause"));
    assertThat(strategy.suitability(THRASH, view, halfWay)).isZero();
    assertThat(strategy.suitability(THRASH, view, TargetCapabilities.unknown()))
        .isBetween(0.1, 0.5);
  }

  @Test
  void itIsConfigured() {
    PauseAndDrain patient =
        new PauseAndDrain(
            Settings.of(Map.of("drain_deadline", "2m", "verification_window", "90s")));
    ActionPlan plan = patient.plan(THRASH, FakeMetricView.empty());
    assertThat(plan.steps().get(0).deadline()).isEqualTo(Duration.ofMinutes(2));
    assertThat(plan.verificationWindow()).isEqualTo(Duration.ofSeconds(90));
    assertThatThrownBy(() -> new PauseAndDrain(Settings.of(Map.of("drain_deadline", "10m"))))
        .isInstanceOf(MonitorException.class)
        .hasMessageContaining("drain_deadline");
    assertThatThrownBy(() -> new PauseAndDrain(Settings.of(Map.of("kv_usage_target", "95"))))
        .isInstanceOf(MonitorException.class)
        .hasMessageContaining("kv_usage_target");
  }
}
