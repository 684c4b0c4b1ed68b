package ${package};

import io.vllmmonitor.api.config.ConfigSpec;
import io.vllmmonitor.api.incident.Incident;
import io.vllmmonitor.api.lifecycle.FailureKind;
import io.vllmmonitor.api.mitigation.ActionPlan;
import io.vllmmonitor.api.mitigation.ActionStep;
import io.vllmmonitor.api.mitigation.MitigationStrategy;
import io.vllmmonitor.api.outcome.Measurement;
import io.vllmmonitor.api.outcome.MitigationOutcome;
import io.vllmmonitor.api.plugin.PluginContext;
import io.vllmmonitor.api.target.TargetCapabilities;
import io.vllmmonitor.api.view.MetricView;
import java.time.Duration;
import java.util.List;

/** Answers a full KV cache: drops the prefix cache, which holds blocks that nobody uses now. */
public final class ${className} implements MitigationStrategy {
  private static final String ROUTE = "POST /reset_prefix_cache";
  private static final String USAGE = "vllm:kv_cache_usage_perc";

  private final long window;

  public ${className}(PluginContext context) {
    window = Math.max(5, Math.min(3600, context.config().integer("window_seconds", 30)));
  }

  @Override
  public String id() {
    return "${artifactId}";
  }

  @Override
  public double suitability(Incident incident, MetricView view, TargetCapabilities capabilities) {
    boolean fits = incident.kind() == FailureKind.CACHE_OVERFLOW && capabilities.serves(ROUTE);
    return fits ? 0.4 : 0;
  }

  @Override
  public ActionPlan plan(Incident incident, MetricView view) {
    return new ActionPlan(
        "Drop the prefix cache",
        List.of(ActionStep.of("vllm.reset_prefix_cache", Duration.ofSeconds(10))),
        List.of(),
        "Prompts that were cached are computed again, once each",
        Duration.ofSeconds(window));
  }

  @Override
  public Measurement verify(Incident incident, MetricView before, MetricView after) {
    double was = before.max(USAGE);
    double is = after.max(USAGE);
    MitigationOutcome outcome = MitigationOutcome.FAILURE;
    if (is < 0.8 * was) {
      outcome = MitigationOutcome.SUCCESS;
    } else if (is > was) {
      outcome = MitigationOutcome.MADE_WORSE;
    }
    return Measurement.of(outcome, "KV cache usage went from " + was + " to " + is);
  }

  @Override
  public ConfigSpec configSpec() {
    return ConfigSpec.of(
        new ConfigSpec.Key(
            "window_seconds", "30", "How long after the last step it measures, in seconds."));
  }
}
