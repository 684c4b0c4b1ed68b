package io.vllmmonitor.core.prediction;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.prediction.FailurePredictor;
import io.vllmmonitor.api.prediction.Forecast;
import io.vllmmonitor.core.extension.Evaluation;
import io.vllmmonitor.core.telemetry.CaughtFailure;
import io.vllmmonitor.core.view.RecordingView;
import org.jspecify.annotations.Nullable;

/**
 * One call of one predictor, with everything that code of others can do wrong taken out of it.
 *
 * @param failure what was thrown; null when the predictor answered
 */
record Outlook(Forecast forecast, @Nullable CaughtFailure failure) {
  private static final String NO_ANSWER = "the predictor answered null instead of a forecast";

  static Outlook of(FailurePredictor predictor, RecordingView view, Evaluation evaluation) {
    try {
      @Nullable Forecast forecast = evaluation.during(() -> predictor.predict(view));
      if (forecast == null) {
        return failed(new CaughtFailure(ErrorCode.PLUGIN_CALL_FAILED, Blame.PLUGIN, NO_ANSWER));
      }
      boolean unproven = forecast instanceof Forecast.None && !view.missing().isEmpty();
      return new Outlook(
          unproven ? Forecast.unknown(String.join(", ", view.missing())) : forecast, null);
    } catch (Throwable thrown) {
      // Errors too: a stack that overflows or memory that runs out in a plugin is the plugin's.
      return failed(CaughtFailure.of(thrown, ErrorCode.PLUGIN_CALL_FAILED));
    }
  }

  private static Outlook failed(CaughtFailure failure) {
    return new Outlook(Forecast.unknown(failure.message()), failure);
  }
}
