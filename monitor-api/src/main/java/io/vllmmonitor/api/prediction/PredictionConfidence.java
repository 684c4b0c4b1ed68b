package io.vllmmonitor.api.prediction;

/** How sure a prediction is, in four steps. */
public enum PredictionConfidence {
  /** More than 0.8. */
  HIGH,
  /** More than 0.5. */
  MEDIUM,
  /** More than 0.2. */
  LOW,
  /** 0.2 or less. */
  UNCERTAIN;

  /**
   * The step that a probability belongs to.
   *
   * @param probability 0 to 1; NaN is UNCERTAIN
   */
  public static PredictionConfidence of(double probability) {
    if (probability > 0.8) {
      return HIGH;
    }
    if (probability > 0.5) {
      return MEDIUM;
    }
    return probability > 0.2 ? LOW : UNCERTAIN;
  }
}
