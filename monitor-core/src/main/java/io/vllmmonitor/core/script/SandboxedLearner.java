package io.vllmmonitor.core.script;

import io.vllmmonitor.api.learning.Advice;
import io.vllmmonitor.api.learning.DecisionQuery;
import io.vllmmonitor.api.learning.Learner;
import io.vllmmonitor.api.learning.LearningEvent;
import io.vllmmonitor.api.learning.ModelCard;

/** A learner of a dropped source. */
final class SandboxedLearner extends SandboxedExtension<Learner> implements Learner {
  SandboxedLearner(Learner source, GuardedCalls calls) {
    super(source, calls);
  }

  @Override
  public void observe(LearningEvent event) {
    tell("observe()", learner -> learner.observe(event));
  }

  @Override
  public Advice advise(DecisionQuery query) {
    return answer("advise()", learner -> AnswerTypes.advice(learner.advise(query)));
  }

  @Override
  public ModelCard modelCard() {
    return answer("modelCard()", learner -> AnswerTypes.card(learner.modelCard()));
  }
}
