package io.vllmmonitor.api.prediction;

import io.vllmmonitor.api.extension.Extension;
import io.vllmmonitor.api.extension.Incubating;
import io.vllmmonitor.api.view.MetricView;
import java.time.Duration;

/**
 * Says what is going to fail on one target, before it does. One instance per target; called after
 * every scrape, on the target's thread, within the same budget as a guardrail. A function of the
 * view and its own state: no clock, no input or output, so that a prediction can be replayed.
 *
 * <pre>{@code
 * public Forecast predict(MetricView view) {
 *   double usage = view.max("vllm:kv_cache_usage_perc");
 *   double perSecond = view.slope("vllm:kv_cache_usage_perc", 60);
 *   if (perSecond <= 0) {
 *     return Forecast.none();
 *   }
 *   return Forecast.failure(FailureKind.CACHE_OVERFLOW, 0.7)
 *       .withTimeToFailureSeconds((1 - usage) / perSecond)
 *       .because("the KV cache fills by " + perSecond + " a second");
 * }
 * }</pre>
 */
@Incubating(review = "2027-03-01")
public interface FailurePredictor extends Extension {
  /**
   * Looks ahead from one view. A failure that is forecast again while an earlier prediction of the
   * same predictor and kind is open does not make a second one, nor does one whose incident is open
   * already. Nothing forecast from a view that had no data for a question becomes unknown. Anything
   * thrown counts as unknown and is recorded; the others run on.
   */
  Forecast predict(MetricView view);

  /**
   * Hears what became of one of its predictions, once, on the target's thread; for those that learn
   * or calibrate. Nothing by default.
   *
   * @param prediction as it was made
   */
  default void feedback(FailurePrediction prediction, ActualOutcome actual) {}

  /**
   * How long a prediction stays open that names no latest time, or until its most likely time where
   * that is later; one that has not come true by then was a false alarm. More than 0 and at most a
   * year; ten minutes by default. Asked once after construction.
   */
  default Duration horizon() {
    return Duration.ofMinutes(10);
  }
}
