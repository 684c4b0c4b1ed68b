package io.vllmmonitor.core.engine;

import io.vllmmonitor.api.history.Problem;
import io.vllmmonitor.api.learning.ModelCard;
import io.vllmmonitor.core.guardrail.GuardrailStatus;
import io.vllmmonitor.core.prediction.PredictorStatus;
import java.util.List;

/** What the engine says of itself to whoever shows it. Thread-safe; answers are snapshots. */
public interface EngineStatus {
  /** All targets, sorted by instance. */
  List<TargetStatus> targets();

  /** One entry per guardrail and target, sorted by guardrail, then target. */
  List<GuardrailStatus> guardrails();

  /** One entry per predictor and target, sorted by predictor, then target. */
  List<PredictorStatus> predictors();

  /** What the learners are and know. */
  List<ModelCard> learners();

  /** The problems that stand, the most recent first. */
  List<Problem> problems();
}
