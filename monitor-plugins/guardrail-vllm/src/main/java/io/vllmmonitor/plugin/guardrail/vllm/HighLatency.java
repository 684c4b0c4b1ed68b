package io.vllmmonitor.plugin.guardrail.vllm;

import io.vllmmonitor.api.config.ConfigSpec;
import io.vllmmonitor.api.config.Settings;
import io.vllmmonitor.api.guardrail.Guardrail;
import io.vllmmonitor.api.guardrail.GuardrailSpec;
import io.vllmmonitor.api.guardrail.Severity;
import io.vllmmonitor.api.guardrail.Verdict;
import io.vllmmonitor.api.lifecycle.FailureKind;
import io.vllmmonitor.api.view.MetricView;
import java.util.Locale;

/**
 * Requests waited long before they ran. Judged on the mean wait of the requests that finished, not
 * on a quantile: the smallest bucket is 0.3 s, where a normal wait is milliseconds. What generation
 * itself takes depends on what was asked for and is no fault.
 */
final class HighLatency implements Guardrail {
  private static final double WINDOW = 60;
  private static final String WAITED = "vllm:request_queue_time_seconds_sum";
  private static final String FINISHED = "vllm:request_queue_time_seconds_count";
  private static final Limit.Keys WAIT =
      new Limit.Keys("queue_time", 30, 10, "mean wait of a request in seconds");

  private final Limit limit;

  HighLatency(Settings config) {
    limit = WAIT.read(config);
  }

  @Override
  public String id() {
    return "high_latency";
  }

  @Override
  public ConfigSpec configSpec() {
    return ConfigSpec.of(WAIT.fireKey(), WAIT.clearKey());
  }

  @Override
  public GuardrailSpec spec() {
    return GuardrailSpec.of(
        Severity.WARNING, FailureKind.REQUEST_BACKLOG, "Requests wait long before they run");
  }

  @Override
  public Verdict check(MetricView view) {
    double finished = view.increase(FINISHED, WINDOW);
    double waited = view.increase(WAITED, WINDOW);
    // Nothing finished: 0/0 is no number, and no request tells of a wait.
    double mean = waited / finished;
    return limit.broken(mean, view.firing())
        ? Verdict.breach(
            String.format(
                Locale.ROOT,
                "%.0f requests waited %.1f s on average within %.0f s",
                finished,
                mean,
                WINDOW))
        : Verdict.pass();
  }
}
