package io.vllmmonitor.core.script;

import io.vllmmonitor.api.prediction.ActualOutcome;
import io.vllmmonitor.api.prediction.FailurePrediction;
import io.vllmmonitor.api.prediction.FailurePredictor;
import io.vllmmonitor.api.prediction.Forecast;
import io.vllmmonitor.api.view.MetricView;
import java.time.Duration;

/** A predictor of a dropped source. */
final class SandboxedPredictor extends SandboxedExtension<FailurePredictor>
    implements FailurePredictor {
  SandboxedPredictor(FailurePredictor source, GuardedCalls calls) {
    super(source, calls);
  }

  @Override
  public Forecast predict(MetricView view) {
    return answer("predict()", predictor -> AnswerTypes.forecast(predictor.predict(view)));
  }

  @Override
  public void feedback(FailurePrediction prediction, ActualOutcome actual) {
    tell("feedback()", predictor -> predictor.feedback(prediction, actual));
  }

  @Override
  public Duration horizon() {
    return answer("horizon()", FailurePredictor::horizon);
  }
}
