package io.vllmmonitor.plugin.learner.counts;

import io.vllmmonitor.api.learning.Learner;
import io.vllmmonitor.api.plugin.MonitorPlugin;
import io.vllmmonitor.api.plugin.PluginContext;
import java.util.List;

/** Brings the learner {@code counts}, one per daemon. */
public final class CountingLearnerPlugin implements MonitorPlugin {
  @Override
  public List<Learner> learners(PluginContext context) {
    return List.of(new CountingLearner());
  }
}
