package io.vllmmonitor.core.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class OwnMetricsTest {
  private final OwnMetrics metrics = new OwnMetrics();

  @Test
  void countersAndGaugesAreRenderedUnderThePrefix() {
    metrics.counter("scrapes", "Scrapes.", "target").add(3, "h:1");
    metrics.counter("drops", "Drops.").increment();
    AtomicInteger length = new AtomicInteger(7);
    metrics.gauge("queue", "Queue.", length::get);
    assertThat(metrics.render())
        .contains("# TYPE vllm_monitor_scrapes_total counter")
        .contains("vllm_monitor_scrapes_total{target=\"h:1\"} 3")
        .contains("vllm_monitor_drops_total 1")
        .contains("vllm_monitor_queue 7");
    length.set(8);
    assertThat(metrics.render()).contains("vllm_monitor_queue 8");
  }

  @Test
  void sameNameIsTheSameCounter() {
    metrics.counter("x", "X.", "code").increment("a");
    metrics.counter("x", "X.", "code").increment("a");
    assertThat(metrics.counter("x", "X.", "code").get("a")).isEqualTo(2);
  }

  @Test
  void gaugesOfAForgottenTargetGo() {
    metrics.gauge("series", "Series.", "h:1", () -> 1);
    metrics.gauge("series", "Series.", "h:2", () -> 2);
    metrics.forgetTarget("h:1");
    assertThat(metrics.render())
        .contains("vllm_monitor_series{target=\"h:2\"} 2")
        .doesNotContain("h:1");
  }
}
