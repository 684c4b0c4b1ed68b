package io.vllmmonitor.api.sample;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class LabelsTest {
  @Test
  void orderDoesNotMatter() {
    Labels one = Labels.of("b", "2", "a", "1");
    Labels other = Labels.of(Map.of("a", "1")).with("b", "2");

    assertThat(one).isEqualTo(other).hasSameHashCodeAs(other);
    assertThat(one).hasToString("{a=\"1\",b=\"2\"}");
  }

  @Test
  void anEmptyValueIsTheSameAsNoLabel() {
    assertThat(Labels.of("a", "")).isEqualTo(Labels.none());
    assertThat(Labels.of("a", "1").with("a", "")).isEqualTo(Labels.none());
  }

  @Test
  void valuesArePrintedEscaped() {
    assertThat(Labels.of("a", "x\"\\\n")).hasToString("{a=\"x\\\"\\\\\\n\"}");
  }

  @Test
  void aLabelCanBeTakenAway() {
    assertThat(Labels.of("a", "1", "b", "2").without("a")).isEqualTo(Labels.of("b", "2"));
    assertThat(Labels.of("a", "1").get("b")).isNull();
  }

  @Test
  void theStaleMarkerIsOneNaNAmongMany() {
    assertThat(StaleMarker.is(StaleMarker.value())).isTrue();
    assertThat(StaleMarker.is(Double.NaN)).isFalse();
  }
}
