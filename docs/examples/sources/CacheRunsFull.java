/*
 * id: cache-runs-full
 * version: 1.0.0
 * description: Predicts when the KV cache will be full from its slope.
 * config.window_seconds: 300
 * config.horizon_seconds: 600
 */

import io.vllmmonitor.api.extension.StateReader;
import io.vllmmonitor.api.extension.StateWriter;
import io.vllmmonitor.api.lifecycle.FailureKind;
import io.vllmmonitor.api.plugin.PluginContext;
import io.vllmmonitor.api.prediction.ActualOutcome;
import io.vllmmonitor.api.prediction.FailurePrediction;
import io.vllmmonitor.api.prediction.FailurePredictor;
import io.vllmmonitor.api.prediction.Forecast;
import io.vllmmonitor.api.view.MetricView;
import java.time.Duration;

/** A predictor that trusts itself less after every false alarm. */
public class CacheRunsFull implements FailurePredictor {
  private static final String USAGE = "vllm:kv_cache_usage_perc";

  private final double window;
  private final double horizon;
  private double trust = 0.7;

  public CacheRunsFull(PluginContext context) {
    window = context.config().number("window_seconds", 300);
    horizon = context.config().number("horizon_seconds", 600);
  }

  public String id() {
    return "cache-runs-full";
  }

  public Duration horizon() {
    return Duration.ofSeconds((long) horizon);
  }

  public Forecast predict(MetricView view) {
    double usage = view.max(USAGE);
    double slope = view.slope(USAGE, window);
    if (!(slope > 0)) {
      return Forecast.none();
    }
    double seconds = (1 - usage) / slope;
    if (seconds > horizon) {
      return Forecast.none();
    }
    return Forecast.failure(FailureKind.CACHE_OVERFLOW, trust)
        .withTimeToFailureSeconds(Math.max(0, seconds))
        .because("the cache fills by " + Math.round(slope * 6000) + " % a minute")
        .recommending("pause-and-drain");
  }

  public void feedback(FailurePrediction prediction, ActualOutcome actual) {
    switch (actual.result()) {
      case CAME_TRUE:
        trust = Math.min(0.95, trust + 0.05);
        break;
      case FALSE_ALARM:
        trust = Math.max(0.3, trust - 0.05);
        break;
      default:
        break;
    }
  }

  public void saveState(StateWriter state) {
    state.number("trust", trust);
  }

  public void restoreState(StateReader state, int fromVersion) {
    trust = state.number("trust", 0.7);
  }
}
