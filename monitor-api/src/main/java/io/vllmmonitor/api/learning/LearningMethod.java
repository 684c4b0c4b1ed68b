package io.vllmmonitor.api.learning;

/** How a learner learns. */
public enum LearningMethod {
  REINFORCEMENT,
  BAYESIAN,
  NEURAL,
  RULE_BASED,
  ENSEMBLE
}
