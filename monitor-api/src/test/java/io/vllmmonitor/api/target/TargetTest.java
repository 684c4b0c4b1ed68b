package io.vllmmonitor.api.target;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.vllmmonitor.api.error.MonitorException;
import java.net.URI;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TargetTest {
  @ParameterizedTest
  @CsvSource({
    "http://a:8000,a:8000",
    "http://a,a:80",
    "https://a,a:443",
    "http://a:1/team/,a:1/team",
    "http://[::1]:8000,[::1]:8000"
  })
  void theInstanceIsHostPortAndPrefix(URI url, String instance) {
    assertThat(TargetId.of(url).instance()).isEqualTo(instance);
  }

  @ParameterizedTest
  @CsvSource({"5s,PT4S", "60s,PT10S", "1s,PT0.8S", "50ms,PT1S"})
  void aScrapeMayTakeFourFifthsOfTheInterval(String interval, Duration timeout) {
    Duration every = io.vllmmonitor.api.config.Durations.parse(interval);

    assertThat(target(every).scrapeTimeout()).isEqualTo(timeout);
  }

  @Test
  void anIntervalBelowTenMillisecondsIsRefused() {
    assertThatExceptionOfType(MonitorException.class)
        .isThrownBy(() -> target(Duration.ofMillis(9)))
        .withMessageContaining("10 ms");
  }

  @Test
  void pathsAreBelowThePrefix() {
    assertThat(target(Duration.ofSeconds(5)).resolve("/metrics"))
        .isEqualTo(URI.create("http://a:8000/p/metrics"));
  }

  private static Target target(Duration interval) {
    return Target.of(URI.create("http://a:8000/p"), TargetMode.ADVISE, interval);
  }
}
