package ${package};

import io.vllmmonitor.api.config.ConfigSpec;
import io.vllmmonitor.api.extension.StateReader;
import io.vllmmonitor.api.extension.StateWriter;
import io.vllmmonitor.api.guardrail.Guardrail;
import io.vllmmonitor.api.guardrail.GuardrailSpec;
import io.vllmmonitor.api.guardrail.Severity;
import io.vllmmonitor.api.guardrail.Verdict;
import io.vllmmonitor.api.lifecycle.FailureKind;
import io.vllmmonitor.api.plugin.PluginContext;
import io.vllmmonitor.api.view.MetricView;

/** Fires while more requests wait than wanted; remembers the longest queue it ever saw. */
public final class ${className} implements Guardrail {
  private final long mostWaiting;
  private double longest;

  public ${className}(PluginContext context) {
    mostWaiting = context.config().integer("most_waiting", 5);
  }

  @Override
  public String id() {
    return "${artifactId}";
  }

  @Override
  public GuardrailSpec spec() {
    return GuardrailSpec.of(
            Severity.WARNING, FailureKind.REQUEST_BACKLOG, "More requests wait than wanted")
        .withBreachForSeconds(3)
        .withKeepFiringForSeconds(10);
  }

  @Override
  public Verdict check(MetricView view) {
    double limit = view.firing() ? 0.8 * mostWaiting : mostWaiting;
    double waiting = view.sum("vllm:num_requests_waiting");
    longest = Math.max(longest, waiting);
    if (waiting > limit) {
      return Verdict.breach(
          Math.round(waiting) + " requests wait; the longest queue was " + Math.round(longest));
    }
    return Verdict.pass();
  }

  @Override
  public void saveState(StateWriter state) {
    state.number("longest", longest);
  }

  @Override
  public void restoreState(StateReader state, int fromVersion) {
    longest = state.number("longest", 0);
  }

  @Override
  public ConfigSpec configSpec() {
    return ConfigSpec.of(
        new ConfigSpec.Key("most_waiting", "5", "How many requests may wait, in requests."));
  }
}
