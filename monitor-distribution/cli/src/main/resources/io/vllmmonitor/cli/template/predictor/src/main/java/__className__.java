package ${package};

import io.vllmmonitor.api.config.ConfigSpec;
import io.vllmmonitor.api.lifecycle.FailureKind;
import io.vllmmonitor.api.plugin.PluginContext;
import io.vllmmonitor.api.prediction.FailurePredictor;
import io.vllmmonitor.api.prediction.Forecast;
import io.vllmmonitor.api.view.MetricView;

/** Foresees a full KV cache while its usage grows fast enough to fill it soon. */
public final class ${className} implements FailurePredictor {
  private static final String USAGE = "vllm:kv_cache_usage_perc";

  private final long soon;

  public ${className}(PluginContext context) {
    soon = context.config().integer("soon_seconds", 120);
  }

  @Override
  public String id() {
    return "${artifactId}";
  }

  @Override
  public Forecast predict(MetricView view) {
    double usage = view.max(USAGE);
    double perSecond = view.slope(USAGE, 60);
    double seconds = (1 - usage) / perSecond;
    if (perSecond > 0 && seconds >= 0 && seconds <= soon) {
      return Forecast.failure(FailureKind.CACHE_OVERFLOW, 0.7)
          .withTimeToFailureSeconds(seconds)
          .because("the KV cache is " + Math.round(usage * 100) + " % full and grows");
    }
    return Forecast.none();
  }

  @Override
  public ConfigSpec configSpec() {
    return ConfigSpec.of(
        new ConfigSpec.Key("soon_seconds", "120", "How far ahead it looks, in seconds."));
  }
}
