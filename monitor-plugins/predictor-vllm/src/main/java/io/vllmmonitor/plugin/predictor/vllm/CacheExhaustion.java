package io.vllmmonitor.plugin.predictor.vllm;

import io.vllmmonitor.api.config.ConfigSpec;
import io.vllmmonitor.api.config.Settings;
import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.extension.StateReader;
import io.vllmmonitor.api.extension.StateWriter;
import io.vllmmonitor.api.lifecycle.FailureKind;
import io.vllmmonitor.api.prediction.ActualOutcome;
import io.vllmmonitor.api.prediction.FailurePrediction;
import io.vllmmonitor.api.prediction.FailurePredictor;
import io.vllmmonitor.api.prediction.Forecast;
import io.vllmmonitor.api.view.MetricView;
import java.util.Locale;

/**
 * The KV cache fills up at a pace that will exhaust it soon. A straight line through the recent
 * usage says when; the probability is how often such a line was right on this target so far, so it
 * starts at one half and is worth what its record is worth. A full cache that does not make
 * requests preempt each other is no failure, which is why many of its predictions do not come true
 * on a server that simply uses its cache.
 */
final class CacheExhaustion implements FailurePredictor {
  private static final String USAGE = "vllm:kv_cache_usage_perc";
  private static final String WAITING = "vllm:num_requests_waiting";
  private static final String STRATEGY = "relieve_preemption_thrash";

  private static final ConfigSpec.Key WINDOW =
      new ConfigSpec.Key("window", "60", "Seconds of usage that the line goes through, 10 to 600.");
  private static final ConfigSpec.Key AHEAD =
      new ConfigSpec.Key("ahead", "300", "Seconds that it looks ahead, 10 to 3600.");
  private static final ConfigSpec.Key LEAST_USAGE =
      new ConfigSpec.Key(
          "least_usage", "0.5", "Share of the cache in use below which it is silent, 0 to 1.");

  private final double window;
  private final double ahead;
  private final double leastUsage;
  private long hits;
  private long misses;

  CacheExhaustion(Settings config) {
    window = within(config, WINDOW, 10, 600);
    ahead = within(config, AHEAD, 10, 3_600);
    leastUsage = within(config, LEAST_USAGE, 0, 1);
  }

  private static double within(Settings config, ConfigSpec.Key key, double least, double most) {
    double value = config.number(key.name(), Double.parseDouble(key.defaultValue()));
    if (value < least || value > most) {
      throw new MonitorException(
          ErrorCode.CONFIG_INVALID_VALUE,
          Blame.OPERATOR,
          "Configuration key '"
              + key.name()
              + "' is "
              + value
              + "; expected "
              + least
              + " to "
              + most);
    }
    return value;
  }

  @Override
  public String id() {
    return "kv_cache_exhaustion";
  }

  @Override
  public ConfigSpec configSpec() {
    return ConfigSpec.of(WINDOW, AHEAD, LEAST_USAGE);
  }

  @Override
  public Forecast predict(MetricView view) {
    double usage = view.max(USAGE);
    double perSecond = view.slope(USAGE, window);
    if (!(usage >= leastUsage && usage < 1 && perSecond > 0)) {
      return Forecast.none();
    }
    double left = (1 - usage) / perSecond;
    if (left > ahead) {
      return Forecast.none();
    }
    Forecast.Failure failure =
        Forecast.failure(FailureKind.CACHE_OVERFLOW, probability())
            .withTimeToFailureSeconds(left)
            // The line is a guess: half the time, twice the time, and the window's own inertia.
            .withinSeconds(left / 2, 2 * left + window)
            .because(
                String.format(
                    Locale.ROOT,
                    "the KV cache is %.0f %% full and fills by %.1f %% a minute",
                    usage * 100,
                    perSecond * 6_000))
            .recommending(STRATEGY);
    double waiting = view.valueOr(WAITING, 0);
    return waiting > 0
        ? failure.because(String.format(Locale.ROOT, "%.0f requests wait already", waiting))
        : failure;
  }

  /** Laplace's rule of succession. */
  private double probability() {
    return (hits + 1.0) / (hits + misses + 2.0);
  }

  @Override
  public void feedback(FailurePrediction prediction, ActualOutcome actual) {
    switch (actual.result()) {
      case CAME_TRUE -> hits++;
      case FALSE_ALARM -> misses++;
      case UNDECIDED -> {
        // Nothing was learned.
      }
    }
  }

  @Override
  public void saveState(StateWriter state) {
    if (hits + misses > 0) {
      state.integer("hits", hits);
      state.integer("misses", misses);
    }
  }

  @Override
  public void restoreState(StateReader state, int fromVersion) {
    hits = Math.max(0, state.integer("hits", 0));
    misses = Math.max(0, state.integer("misses", 0));
  }
}
