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
 * Many requests wait and the queue does not shrink. It begins with a queue that grows; once it
 * fires, it clears when the queue is short again.
 */
final class QueueBuildup implements Guardrail {
  private static final double WINDOW = 30;
  private static final Limit.Keys WAITING =
      new Limit.Keys("waiting", 100, 50, "number of waiting requests");

  private final Limit limit;

  QueueBuildup(Settings config) {
    limit = WAITING.read(config);
  }

  @Override
  public String id() {
    return "request_queue_buildup";
  }

  @Override
  public ConfigSpec configSpec() {
    return ConfigSpec.of(WAITING.fireKey(), WAITING.clearKey());
  }

  @Override
  public GuardrailSpec spec() {
    return GuardrailSpec.of(
        Severity.ERROR,
        FailureKind.REQUEST_BACKLOG,
        "Requests come faster than they are served and the queue grows");
  }

  @Override
  public Verdict check(MetricView view) {
    double waiting = view.sum("vllm:num_requests_waiting");
    double growth = view.slope("vllm:num_requests_waiting", WINDOW);
    boolean broken = limit.broken(waiting, view.firing()) && (view.firing() || growth > 0);
    return broken
        ? Verdict.breach(
            String.format(
                Locale.ROOT,
                "%.0f requests wait, %+.1f per second over %.0f s",
                waiting,
                growth,
                WINDOW))
        : Verdict.pass();
  }
}
