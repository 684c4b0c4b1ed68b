package io.vllmmonitor.api.learning;

/** How a learner learns. */
public enum LearningMethod {
  /** Values of actions, learned from rewards. */
  REINFORCEMENT,
  /** Counts of outcomes as odds. */
  BAYESIAN,
  /** A neural network. */
  NEURAL,
  /** Rules mined from outcomes, or written by hand. */
  RULE_BASED,
  /** Several methods together. */
  ENSEMBLE
}
