package io.vllmmonitor.api.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DurationsTest {
  @ParameterizedTest
  @CsvSource({
    "250ms,250",
    "5s,5000",
    "1m30s,90000",
    "2h,7200000",
    "30d,2592000000",
    "1w,604800000",
    "0,0",
    "0s,0"
  })
  void numbersWithUnitsAreRead(String text, long millis) {
    assertThat(Durations.parse(text)).isEqualTo(Duration.ofMillis(millis));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "5", "s", "-5s", "5 s", "5sec", "1e3s", "9999999999999s"})
  void anythingElseIsRefusedWithAnExample(String text) {
    assertThatExceptionOfType(MonitorException.class)
        .isThrownBy(() -> Durations.parse(text))
        .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFIG_INVALID_VALUE))
        .withMessageContaining("1m30s");
  }

  @Test
  void whatIsPrintedReadsBackTheSame() {
    long seed = 20261125;
    Random random = new Random(seed);
    for (int i = 0; i < 1_000; i++) {
      Duration duration = Duration.ofMillis(random.nextLong(0, 10_000_000_000L));
      assertThat(Durations.parse(Durations.print(duration))).as("seed " + seed).isEqualTo(duration);
    }
  }
}
