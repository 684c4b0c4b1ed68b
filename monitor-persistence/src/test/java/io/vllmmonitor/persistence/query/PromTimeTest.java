package io.vllmmonitor.persistence.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PromTimeTest {
  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "1795512848, 1795512848000",
    "1795512848.116, 1795512848116",
    "1795512848.1164, 1795512848116",
    "1.795512848116e9, 1795512848116",
    "-1.5, -1500",
    "+5., 5000",
    ".5, 500",
    "2026-11-25T01:34:08.116Z, 1795570448116",
    "2026-11-25T01:34:08Z, 1795570448000",
    "2026-11-25T02:34:08.116999+01:00, 1795570448116",
    "9999-12-31T23:59:59.999Z, 253402300799999",
  })
  void timesAreUnixSecondsOrRfc3339(String text, long millis) {
    assertThat(PromTime.time("time", text).toEpochMilli()).isEqualTo(millis);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " 1",
        "now",
        "NaN",
        "Inf",
        "1f",
        "0x10",
        "1e999999999",
        "1e300",
        "-1e300",
        "5m",
        "2026-11-25",
        "2026-11-25T01:34:08",
        "+10000-01-01T00:00:00Z",
        "1111111111111111111111111111111111111111111111111111111111111111111111111111111"
      })
  void otherTimesAreRefusedByTheirParameter(String text) {
    assertThatThrownBy(() -> PromTime.time("start", text))
        .isInstanceOfSatisfying(
            MonitorException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.HTTP_BAD_REQUEST))
        .hasMessageContaining("'start'");
  }

  @ParameterizedTest
  @CsvSource({"15, 15000", "0.5, 500", "15s, 15000", "1m30s, 90000", "1d, 86400000", "1ms, 1"})
  void stepsAreSecondsOrDurations(String text, long millis) {
    assertThat(PromTime.step(text)).isEqualTo(Duration.ofMillis(millis));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "0", "0s", "-1", "-5s", "0.0001", "x", "1s1m", "1e99", "NaN", "999999999999y"})
  void otherStepsAreRefused(String text) {
    assertThatThrownBy(() -> PromTime.step(text))
        .isInstanceOfSatisfying(
            MonitorException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.HTTP_BAD_REQUEST))
        .hasMessageContaining("'step'");
  }
}
