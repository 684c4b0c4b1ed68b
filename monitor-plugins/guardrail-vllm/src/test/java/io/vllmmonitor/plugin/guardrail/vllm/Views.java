package io.vllmmonitor.plugin.guardrail.vllm;

import io.vllmmonitor.api.guardrail.Guardrail;
import io.vllmmonitor.testkit.plugin.FakeMetricView;
import io.vllmmonitor.testkit.plugin.FakePluginContext;
import java.time.Duration;
import java.util.Map;

/** Half a minute of a server under load, with rates of one's choice. */
record Views(double preemptions, double usage, double waiting, double growth, double failures) {
  static final Views HEALTHY = new Views(0, 0.97, 3, 0, 0);
  private static final String LABELS = "{engine=\"0\",model_name=\"m\"}";

  /** One of the plugin's guardrails under this configuration. */
  static Guardrail guardrail(String id, Map<String, String> config) {
    return new VllmGuardrailPlugin()
        .guardrails(FakePluginContext.forTarget().withConfig(config)).stream()
            .filter(guardrail -> guardrail.id().equals(id))
            .findFirst()
            .orElseThrow();
  }

  FakeMetricView view() {
    FakeMetricView view = FakeMetricView.empty();
    for (int second = 0; second <= 60; second++) {
      view.later(Duration.ofSeconds(1));
      view.sample("vllm:num_preemptions_total" + LABELS, 100 + preemptions * second);
      view.sample("vllm:kv_cache_usage_perc" + LABELS, usage);
      view.sample("vllm:num_requests_waiting" + LABELS, waiting + growth * (second - 60));
      view.sample("vllm:request_queue_time_seconds_sum" + LABELS, waiting * second);
      view.sample("vllm:request_queue_time_seconds_count" + LABELS, second);
      view.sample(http("2xx"), 10.0 * second);
      view.sample(http("5xx"), failures * second);
    }
    return view;
  }

  private static String http(String status) {
    return "http_requests_total{handler=\"/v1/completions\",method=\"POST\",status=\""
        + status
        + "\"}";
  }
}
