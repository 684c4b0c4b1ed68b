package io.vllmmonitor.api.guardrail;

import io.vllmmonitor.api.extension.Extension;
import io.vllmmonitor.api.extension.Incubating;
import io.vllmmonitor.api.view.MetricView;

/**
 * A rule over the recent samples of one target. One instance per target; called after every scrape,
 * on the target's thread, within 5 ms (dropped source) or 20 ms (jar). A pure function of the view
 * and its own state: no clock, no randomness, no input or output, so that a verdict can be
 * replayed.
 *
 * <pre>{@code
 * public Verdict check(MetricView view) {
 *   double limit = view.firing() ? 0.85 : 0.95;
 *   double usage = view.max("vllm:kv_cache_usage_perc");
 *   return usage > limit ? Verdict.breach("KV cache at " + usage) : Verdict.pass();
 * }
 * }</pre>
 */
@Incubating(review = "2027-03-01")
public interface Guardrail extends Extension {
  /** What it is about. Asked once after construction; must always answer the same. */
  GuardrailSpec spec();

  /**
   * Judges one view. A pass from a view that had no data for a question becomes unknown. Anything
   * thrown counts as unknown and is recorded with the message; the others run on.
   */
  Verdict check(MetricView view);
}
