package io.vllmmonitor.api.learning;

import io.vllmmonitor.api.extension.Extension;
import io.vllmmonitor.api.extension.Incubating;

/**
 * Learns from measured outcomes and ranks strategies. One instance per daemon; called from one
 * thread at a time. What it knows is saved through {@link #saveState} and must be bit-exact after a
 * restore.
 */
@Incubating(review = "2027-03-01")
public interface Learner extends Extension {
  /** Takes one outcome in. */
  void observe(LearningEvent event);

  /** Ranks the strategies of the query. */
  Advice advise(DecisionQuery query);

  /** What it is and how much it knows, for people. */
  ModelCard modelCard();
}
