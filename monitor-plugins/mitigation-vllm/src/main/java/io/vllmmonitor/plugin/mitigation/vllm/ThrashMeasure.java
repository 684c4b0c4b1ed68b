package io.vllmmonitor.plugin.mitigation.vllm;

import io.vllmmonitor.api.config.ConfigSpec;
import io.vllmmonitor.api.config.Settings;
import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.outcome.Measurement;
import io.vllmmonitor.api.outcome.MitigationOutcome;
import io.vllmmonitor.api.view.MetricView;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Measures whether thrash is gone, over equal windows before and after. Goodput is generated tokens
 * per second.
 *
 * <ul>
 *   <li>MADE_WORSE: preemptions rose by more than a fifth (and are over the target), or goodput
 *       fell to less than half although requests wait.
 *   <li>SUCCESS: preemptions and mean KV usage are at or below their targets, and goodput is not
 *       lower by more than the tolerance.
 *   <li>PARTIAL_SUCCESS: preemptions fell to at most half, or all is well but goodput is lower: it
 *       may be that demand fell, which is no merit of the plan.
 *   <li>FAILURE: anything else, and whatever could not be measured.
 * </ul>
 */
record ThrashMeasure(double rateTarget, double usageTarget, double tolerance, double seconds) {
  static final ConfigSpec.Key RATE_KEY =
      new ConfigSpec.Key(
          "preemption_rate_target", "0.1", "Preemptions per second at which thrash is over.");
  static final ConfigSpec.Key USAGE_KEY =
      new ConfigSpec.Key(
          "kv_usage_target",
          "0.95",
          "Mean share of the KV cache, 0 to 1, at which thrash is over.");
  static final ConfigSpec.Key TOLERANCE_KEY =
      new ConfigSpec.Key(
          "goodput_tolerance",
          "0.2",
          "By which share, 0 to 1, generated tokens per second may be lower after a success.");

  private static final String PREEMPTIONS = "vllm:num_preemptions_total";
  private static final String TOKENS = "vllm:generation_tokens_total";
  private static final String USAGE = "vllm:kv_cache_usage_perc";
  private static final String WAITING = "vllm:num_requests_waiting";

  /** What was read of one view. */
  private record Reading(double preemptions, double tokens, double usage, double waiting) {
    boolean complete() {
      return !Double.isNaN(preemptions + tokens + usage + waiting);
    }
  }

  static ThrashMeasure read(Settings config, Duration window) {
    return new ThrashMeasure(
        number(config, RATE_KEY, 0, Double.MAX_VALUE),
        number(config, USAGE_KEY, 0, 1),
        number(config, TOLERANCE_KEY, 0, 1),
        window.toMillis() / 1_000.0);
  }

  private static double number(Settings config, ConfigSpec.Key key, double least, double most) {
    double value = config.number(key.name(), Double.parseDouble(key.defaultValue()));
    if (value < least || value > most) {
      throw new MonitorException(
          ErrorCode.CONFIG_INVALID_VALUE,
          Blame.OPERATOR,
          "Configuration key '" + key.name() + "' is " + value + "; " + key.description());
    }
    return value;
  }

  Measurement compare(MetricView before, MetricView after) {
    Reading was = read(before);
    Reading is = read(after);
    if (!was.complete() || !is.complete()) {
      return Measurement.of(
          MitigationOutcome.FAILURE,
          "Could not be measured, so no effect is claimed: "
              + (was.complete() ? "after" : "before")
              + " the plan, preemptions, tokens, KV usage or queue were missing");
    }
    List<String> sideEffects = new ArrayList<>();
    if (lowerGoodput(was, is)) {
      sideEffects.add(
          String.format(
              Locale.ROOT,
              "Generated tokens fell from %.0f/s to %.0f/s%s",
              was.tokens,
              is.tokens,
              is.waiting > 0 ? "" : ", while nobody waits"));
    }
    return new Measurement(outcome(was, is), explanation(was, is), sideEffects);
  }

  private MitigationOutcome outcome(Reading was, Reading is) {
    boolean risen = is.preemptions > was.preemptions * 1.2 && is.preemptions > rateTarget;
    if (risen || (is.tokens < was.tokens / 2 && is.waiting > 0)) {
      return MitigationOutcome.MADE_WORSE;
    }
    boolean over = is.preemptions <= rateTarget && is.usage <= usageTarget;
    if (over) {
      return lowerGoodput(was, is) ? MitigationOutcome.PARTIAL_SUCCESS : MitigationOutcome.SUCCESS;
    }
    boolean halved = was.preemptions > 0 && is.preemptions <= was.preemptions / 2;
    return halved ? MitigationOutcome.PARTIAL_SUCCESS : MitigationOutcome.FAILURE;
  }

  private boolean lowerGoodput(Reading was, Reading is) {
    return is.tokens < was.tokens * (1 - tolerance);
  }

  private String explanation(Reading was, Reading is) {
    return String.format(
        Locale.ROOT,
        "Preemptions %.2f/s before and %.2f/s after, generated tokens %.0f/s and %.0f/s, mean KV"
            + " usage %.0f %% and %.0f %%, waiting %.0f and %.0f, over %.0f s each",
        was.preemptions,
        is.preemptions,
        was.tokens,
        is.tokens,
        was.usage * 100,
        is.usage * 100,
        was.waiting,
        is.waiting,
        seconds);
  }

  private Reading read(MetricView view) {
    return new Reading(
        view.rate(PREEMPTIONS, seconds),
        view.rate(TOKENS, seconds),
        view.mean(USAGE, seconds),
        view.sum(WAITING));
  }
}
