package ${package};

import io.vllmmonitor.api.learning.Learner;
import io.vllmmonitor.testkit.plugin.FakePluginContext;
import io.vllmmonitor.testkit.plugin.LearnerContract;

/** The sentences of the contract, run against the learner of this plugin. */
class ${className}ContractTest extends LearnerContract {
  @Override
  protected Learner learner() {
    return new ${className}(FakePluginContext.forDaemon());
  }
}
