package ${package};

import io.vllmmonitor.api.lifecycle.LifecycleListener;
import io.vllmmonitor.testkit.plugin.FakePluginContext;
import io.vllmmonitor.testkit.plugin.FakeState;
import io.vllmmonitor.testkit.plugin.LifecycleListenerContract;

/** The sentences of the contract, run against the listener of this plugin. */
class ${className}ContractTest extends LifecycleListenerContract {
  @Override
  protected LifecycleListener listener() {
    return new ${className}(FakePluginContext.forTarget());
  }

  @Override
  protected String seen(LifecycleListener listener) {
    return FakeState.savedBy(listener).describe();
  }
}
