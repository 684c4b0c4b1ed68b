package io.vllmmonitor.core.extension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vllmmonitor.api.config.Settings;
import java.util.Map;
import org.junit.jupiter.api.Test;

class UnitConfigurationTest {
  @Test
  void whatIsStoredReadsBackAsItWas() {
    Settings settings = Settings.of(Map.of("limit", "0.9", "words", "\"a\", ü\n", "b", ""));
    UnitConfiguration stored = UnitConfiguration.of(settings);
    Settings read = UnitConfiguration.settings(stored.json());
    assertThat(read.keys()).isEqualTo(settings.keys());
    for (String key : settings.keys()) {
      assertThat(read.string(key, "absent")).isEqualTo(settings.string(key, "other"));
    }
    assertThat(UnitConfiguration.of(read)).isEqualTo(stored);
    assertThat(stored.hash()).matches("[0-9a-f]{64}");
  }

  @Test
  void nothingHasNoHash() {
    assertThat(UnitConfiguration.of(Settings.empty())).isEqualTo(UnitConfiguration.NONE);
    assertThat(UnitConfiguration.settings("").keys()).isEmpty();
  }

  @Test
  void whatIsNoObjectOfTextsIsDamage() {
    assertThatThrownBy(() -> UnitConfiguration.settings("[1]")).hasMessageContaining("no JSON");
  }
}
