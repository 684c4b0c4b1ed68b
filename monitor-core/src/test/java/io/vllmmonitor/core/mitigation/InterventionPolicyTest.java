package io.vllmmonitor.core.mitigation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vllmmonitor.api.config.Settings;
import io.vllmmonitor.api.error.MonitorException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class InterventionPolicyTest {
  @Test
  void nothingConfiguredMeansTheDefaults() {
    assertThat(InterventionPolicy.from(Settings.empty())).isEqualTo(InterventionPolicy.defaults());
  }

  @Test
  void everyKeyIsRead() {
    InterventionPolicy policy =
        InterventionPolicy.from(
            Settings.of(
                Map.of(
                    "min_confidence", "0.2",
                    "max_interventions_per_hour", "20",
                    "max_interventions_per_day", "40",
                    "cooldown_seconds", "15",
                    "escalation_threshold", "9",
                    "enable_aggressive_actions", "true",
                    "advice_repeat_seconds", "30")));
    assertThat(policy)
        .isEqualTo(
            new InterventionPolicy(
                0.2, 20, 40, Duration.ofSeconds(15), 9, true, Duration.ofSeconds(30)));
  }

  @Test
  void aValueOutOfRangeNamesItsKey() {
    assertThatThrownBy(() -> InterventionPolicy.from(Settings.of(Map.of("min_confidence", "1.5"))))
        .isInstanceOf(MonitorException.class)
        .hasMessageContaining("mitigations.min_confidence")
        .hasMessageContaining("0 to 1");
  }
}
