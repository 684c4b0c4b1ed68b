package io.vllmmonitor.plugin.learner.counts;

import io.vllmmonitor.api.learning.Learner;
import io.vllmmonitor.testkit.plugin.FakePluginContext;
import io.vllmmonitor.testkit.plugin.LearnerContract;

class CountingLearnerContractTest extends LearnerContract {
  @Override
  protected Learner learner() {
    return new CountingLearnerPlugin().learners(FakePluginContext.forDaemon()).get(0);
  }
}
