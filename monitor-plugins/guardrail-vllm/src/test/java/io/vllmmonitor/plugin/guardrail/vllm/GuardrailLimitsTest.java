package io.vllmmonitor.plugin.guardrail.vllm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vllmmonitor.api.config.Settings;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.guardrail.Guardrail;
import io.vllmmonitor.api.guardrail.Verdict;
import io.vllmmonitor.testkit.plugin.FakeMetricView;
import io.vllmmonitor.testkit.plugin.FakeState;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class GuardrailLimitsTest {
  @Test
  void thrashNeedsBothAFullCacheAndPreemptions() {
    assertThat(thrash(2, 0.9, false)).isFalse();
    assertThat(thrash(0.4, 0.99, false)).isFalse();
    assertThat(thrash(0.6, 0.96, false)).isTrue();
  }

  @Test
  void thrashClearsAtItsLowerLimits() {
    assertThat(thrash(0.2, 0.9, true)).isTrue();
    assertThat(thrash(0.2, 0.9, false)).isFalse();
    assertThat(thrash(0.05, 0.99, true)).isFalse();
    assertThat(thrash(2, 0.8, true)).isFalse();
  }

  @Test
  void aCacheThatEmptiesBetweenPreemptionsIsStillFull() {
    Guardrail thrash = new PreemptionThrash(Settings.empty());
    FakeMetricView view = new Views(2, 0.99, 0, 0, 0).view();
    assertThat(view.judge(thrash)).isInstanceOf(Verdict.Breach.class);
    view.later(Duration.ofSeconds(1));
    view.sample("vllm:kv_cache_usage_perc{engine=\"0\",model_name=\"m\"}", 0.4);
    assertThat(view.judge(thrash)).isInstanceOf(Verdict.Breach.class);
    Guardrail restarted = new PreemptionThrash(Settings.empty());
    FakeState.savedBy(thrash).restoreInto(restarted);
    assertThat(view.judge(restarted)).isInstanceOf(Verdict.Breach.class);
    assertThat(view.judge(new PreemptionThrash(Settings.empty()))).isEqualTo(Verdict.pass());
  }

  @Test
  void aLongQueueThatShrinksDoesNotFireButStaysFiring() {
    Views shrinking = new Views(0, 0.5, 200, -3, 0);
    Guardrail queue = new QueueBuildup(Settings.empty());
    assertThat(shrinking.view().judge(queue)).isEqualTo(Verdict.pass());
    assertThat(shrinking.view().firing(true).judge(queue)).isInstanceOf(Verdict.Breach.class);
  }

  @Test
  void aFewRequestsMakeNoErrorRate() {
    Guardrail errors = new HighErrorRate(Settings.of(Map.of("error_ratio_least_requests", "1000")));
    assertThat(new Views(0, 0, 0, 0, 5).view().judge(errors)).isEqualTo(Verdict.pass());
  }

  @Test
  void aServerThatServedNothingYetHasNoErrors() {
    FakeMetricView view = FakeMetricView.empty();
    for (int i = 0; i < 3; i++) {
      view.later(Duration.ofSeconds(1));
      view.sample("vllm:request_success_total{finished_reason=\"stop\"}", 0);
    }
    assertThat(view.judge(new HighErrorRate(Settings.empty()))).isEqualTo(Verdict.pass());
  }

  @Test
  void theReasonHasTheNumbers() {
    Verdict verdict =
        new Views(2, 0.99, 0, 0, 0).view().judge(new PreemptionThrash(Settings.empty()));
    assertThat(((Verdict.Breach) verdict).reason())
        .isEqualTo("2.00 preemptions/s over 30 s with the KV cache up to 99 % full");
  }

  @Test
  void limitsAreConfiguredAndChecked() {
    Settings strict = Settings.of(Map.of("preemption_rate_limit", "5"));
    assertThat(new Views(2, 0.99, 0, 0, 0).view().judge(new PreemptionThrash(strict)))
        .isEqualTo(Verdict.pass());
    Settings wrong = Settings.of(Map.of("waiting_limit", "10", "waiting_clear", "20"));
    assertThatThrownBy(() -> new QueueBuildup(wrong))
        .isInstanceOf(MonitorException.class)
        .hasMessageContaining("waiting_clear");
  }

  @Test
  void severalEnginesAreJudgedTogether() {
    FakeMetricView view = new Views(0, 0.2, 0, 0, 0).view();
    for (int second = 0; second < 3; second++) {
      view.later(Duration.ofSeconds(1));
      view.sample("vllm:num_preemptions_total{engine=\"1\",model_name=\"m\"}", 100 + 9 * second);
      view.sample("vllm:kv_cache_usage_perc{engine=\"1\",model_name=\"m\"}", 1);
    }
    assertThat(view.judge(new PreemptionThrash(Settings.empty())))
        .isInstanceOf(Verdict.Breach.class);
  }

  private static boolean thrash(double rate, double usage, boolean firing) {
    FakeMetricView view = new Views(rate, usage, 0, 0, 0).view().firing(firing);
    return view.judge(new PreemptionThrash(Settings.empty())) instanceof Verdict.Breach;
  }
}
