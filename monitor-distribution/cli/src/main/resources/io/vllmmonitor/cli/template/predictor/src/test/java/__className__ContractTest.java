package ${package};

import io.vllmmonitor.api.prediction.FailurePredictor;
import io.vllmmonitor.testkit.plugin.FailurePredictorContract;
import io.vllmmonitor.testkit.plugin.FakeMetricView;
import io.vllmmonitor.testkit.plugin.FakePluginContext;
import java.time.Duration;

/** The sentences of the contract, run against the predictor of this plugin. */
class ${className}ContractTest extends FailurePredictorContract {
  @Override
  protected FailurePredictor predictor() {
    return new ${className}(FakePluginContext.forTarget());
  }

  @Override
  protected FakeMetricView calmView() {
    return usage(0.30, 0.30, 0.30, 0.30);
  }

  @Override
  protected FakeMetricView failingView() {
    return usage(0.60, 0.65, 0.70, 0.75);
  }

  private static FakeMetricView usage(double... values) {
    FakeMetricView view = FakeMetricView.empty();
    for (double value : values) {
      view.later(Duration.ofSeconds(5)).sample("vllm:kv_cache_usage_perc{engine=\"0\"}", value);
    }
    return view;
  }
}
