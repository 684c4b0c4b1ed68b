package io.vllmmonitor.simulator.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vllmmonitor.simulator.engine.EngineProfile;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SimulatorMainTest {

  @Test
  void everyOptionIsRead() {
    SimulatorConfig config =
        SimulatorMain.parse(
            List.of(
                ("--host 127.0.0.2 --port 8000 --rate 3.5 --seed 9 --profile h100-7b --model m --time-scale 2"
                        + " --no-dev-mode --load-tracking --fault kv_exhaustion@30 --fault restart@90")
                    .split(" ")));
    assertThat(config.host()).isEqualTo("127.0.0.2");
    assertThat(config.port()).isEqualTo(8_000);
    assertThat(config.requestsPerSecond()).isEqualTo(3.5);
    assertThat(config.seed()).isEqualTo(9);
    assertThat(config.profile()).isEqualTo(EngineProfile.H100_7B);
    assertThat(config.model()).isEqualTo("m");
    assertThat(config.timeScale()).isEqualTo(2);
    assertThat(config.devMode()).isFalse();
    assertThat(config.loadTracking()).isTrue();
    assertThat(config.faults())
        .extracting(ScheduledFault::fault)
        .containsExactly(Fault.KV_EXHAUSTION, Fault.RESTART);
    assertThat(config.faults()).extracting(ScheduledFault::atSeconds).containsExactly(30.0, 90.0);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--nope 1",
        "--port",
        "--port x",
        "--port 99999",
        "--profile big",
        "--fault flood@3",
        "--fault restart"
      })
  void badOptionsAreRefused(String line) {
    assertThatThrownBy(() -> SimulatorMain.parse(List.of(line.split(" "))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageMatching("(?s).+");
  }
}
