package io.vllmmonitor.plugin.predictor.vllm;

import io.vllmmonitor.api.plugin.MonitorPlugin;
import io.vllmmonitor.api.plugin.PluginContext;
import io.vllmmonitor.api.prediction.FailurePredictor;
import java.util.List;

/** Brings the built-in predictor, one per target. */
public final class VllmPredictorPlugin implements MonitorPlugin {
  @Override
  public List<FailurePredictor> predictors(PluginContext context) {
    return List.of(new CacheExhaustion(context.config()));
  }
}
