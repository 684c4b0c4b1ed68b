package io.vllmmonitor.plugin.guardrail.vllm;

import io.vllmmonitor.api.config.ConfigSpec;
import io.vllmmonitor.api.config.Settings;
import io.vllmmonitor.api.extension.StateReader;
import io.vllmmonitor.api.extension.StateWriter;
import io.vllmmonitor.api.guardrail.Guardrail;
import io.vllmmonitor.api.guardrail.GuardrailSpec;
import io.vllmmonitor.api.guardrail.Severity;
import io.vllmmonitor.api.guardrail.Verdict;
import io.vllmmonitor.api.lifecycle.FailureKind;
import io.vllmmonitor.api.view.MetricView;
import java.util.Locale;

/**
 * The KV cache is full and requests throw each other out of it, to be computed again from the
 * start. Usage alone is no fault: a well-loaded server uses all of its cache. What counts is its
 * peak within the window: each preemption frees blocks, so that in a small cache the newest value
 * jumps up and down.
 */
final class PreemptionThrash implements Guardrail {
  private static final double WINDOW = 30;
  private static final Limit.Keys RATE =
      new Limit.Keys("preemption_rate", 0.5, 0.1, "rate of preemptions per second");
  private static final Limit.Keys USAGE =
      new Limit.Keys("kv_usage", 0.95, 0.85, "share of the KV cache in use, 0 to 1");

  private final Limit rateLimit;
  private final Limit usageLimit;
  private final RecentPeak peak = new RecentPeak(WINDOW);

  PreemptionThrash(Settings config) {
    rateLimit = RATE.read(config);
    usageLimit = USAGE.read(config);
  }

  @Override
  public String id() {
    return "kv_cache_preemption_thrash";
  }

  @Override
  public ConfigSpec configSpec() {
    return ConfigSpec.of(RATE.fireKey(), RATE.clearKey(), USAGE.fireKey(), USAGE.clearKey());
  }

  @Override
  public GuardrailSpec spec() {
    return GuardrailSpec.of(
        Severity.ERROR,
        FailureKind.CACHE_OVERFLOW,
        "The KV cache is full and requests preempt each other");
  }

  @Override
  public Verdict check(MetricView view) {
    double rate = view.rate("vllm:num_preemptions_total", WINDOW);
    double usage = view.max("vllm:kv_cache_usage_perc");
    double highest = peak.with(view.now(), usage);
    if (Double.isNaN(usage)) {
      return Verdict.unknown("vllm:kv_cache_usage_perc");
    }
    boolean broken =
        rateLimit.broken(rate, view.firing()) && usageLimit.broken(highest, view.firing());
    return broken
        ? Verdict.breach(
            String.format(
                Locale.ROOT,
                "%.2f preemptions/s over %.0f s with the KV cache up to %.0f %% full",
                rate,
                WINDOW,
                highest * 100))
        : Verdict.pass();
  }

  @Override
  public void saveState(StateWriter state) {
    peak.save(state);
  }

  @Override
  public void restoreState(StateReader state, int fromVersion) {
    peak.restore(state);
  }
}
