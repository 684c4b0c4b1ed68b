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
 * Too many requests fail on the server's side: 5xx answers, refusals of a full queue among them,
 * or, where more, requests that the engine ended with an error. Client errors (4xx) and aborts do
 * not count. Failures inside a stream that had begun stay invisible, as they do to vLLM.
 */
final class HighErrorRate implements Guardrail {
  private static final double WINDOW = 60;
  private static final String SERVED = "http_requests_total{method=\"POST\"}";
  private static final String FAILED = "http_requests_total{method=\"POST\",status=\"5xx\"}";
  private static final String FINISHED = "vllm:request_success_total";
  private static final String ENDED_IN_ERROR =
      "vllm:request_success_total{finished_reason=\"error\"}";
  private static final Limit.Keys RATIO =
      new Limit.Keys("error_ratio", 0.05, 0.02, "share of failed requests, 0 to 1");
  private static final String LEAST = "error_ratio_least_requests";
  private static final long DEFAULT_LEAST = 20;

  private final Limit limit;
  private final long least;

  HighErrorRate(Settings config) {
    limit = RATIO.read(config);
    least = config.integer(LEAST, DEFAULT_LEAST);
  }

  @Override
  public String id() {
    return "high_error_rate";
  }

  @Override
  public ConfigSpec configSpec() {
    return ConfigSpec.of(
        RATIO.fireKey(),
        RATIO.clearKey(),
        new ConfigSpec.Key(
            LEAST,
            Long.toString(DEFAULT_LEAST),
            "With fewer requests than this within a minute the share says nothing and passes."));
  }

  @Override
  public GuardrailSpec spec() {
    return GuardrailSpec.of(
        Severity.ERROR, FailureKind.ERROR_CASCADE, "Too many requests fail on the server's side");
  }

  @Override
  public Verdict check(MetricView view) {
    // The HTTP families are born with the first request, and each class of status with its first.
    double served = view.increase(view.has(SERVED) ? SERVED : FINISHED, WINDOW);
    double failed = Math.max(increaseIfThere(view, FAILED), increaseIfThere(view, ENDED_IN_ERROR));
    double ratio = failed / served;
    return served >= least && limit.broken(ratio, view.firing())
        ? Verdict.breach(
            String.format(
                Locale.ROOT,
                "%.0f of %.0f requests failed within %.0f s (%.1f %%)",
                failed,
                served,
                WINDOW,
                ratio * 100))
        : Verdict.pass();
  }

  private static double increaseIfThere(MetricView view, String selector) {
    return view.has(selector) ? view.increase(selector, WINDOW) : 0;
  }
}
