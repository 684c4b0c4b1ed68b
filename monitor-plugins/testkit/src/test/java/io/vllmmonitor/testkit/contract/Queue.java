package io.vllmmonitor.testkit.contract;

import io.vllmmonitor.api.config.ConfigSpec;
import io.vllmmonitor.api.extension.StateReader;
import io.vllmmonitor.api.extension.StateWriter;
import io.vllmmonitor.api.guardrail.Guardrail;
import io.vllmmonitor.api.guardrail.GuardrailSpec;
import io.vllmmonitor.api.guardrail.Severity;
import io.vllmmonitor.api.guardrail.Verdict;
import io.vllmmonitor.api.lifecycle.FailureKind;
import io.vllmmonitor.api.view.MetricView;
import io.vllmmonitor.testkit.plugin.FakeMetricView;
import io.vllmmonitor.testkit.plugin.GuardrailContract;

/** A guardrail that keeps to everything; others are it with one thing broken. */
class Queue implements Guardrail {
  long looks;

  @Override
  public String id() {
    return "queue";
  }

  @Override
  public GuardrailSpec spec() {
    return GuardrailSpec.of(Severity.ERROR, FailureKind.REQUEST_BACKLOG, "Too many wait");
  }

  @Override
  public Verdict check(MetricView view) {
    looks++;
    double waiting = view.sum("waiting");
    return waiting > 5 ? Verdict.breach(waiting + " wait, look " + looks) : Verdict.pass();
  }

  @Override
  public void saveState(StateWriter state) {
    state.integer("looks", looks);
  }

  @Override
  public void restoreState(StateReader state, int fromVersion) {
    looks = state.integer("looks", 0);
  }

  @Override
  public ConfigSpec configSpec() {
    return ConfigSpec.of(new ConfigSpec.Key("most", "5", "How many may wait, in requests."));
  }

  /** The contract of a guardrail that looks at {@code waiting}. */
  abstract static class Contract extends GuardrailContract {
    @Override
    protected FakeMetricView healthyView() {
      return FakeMetricView.empty().sample("waiting", 1);
    }

    @Override
    protected FakeMetricView brokenView() {
      return FakeMetricView.empty().sample("waiting", 50);
    }
  }

  /** Keeps to it. */
  static final class Good extends Contract {
    @Override
    protected Guardrail guardrail() {
      return new Queue();
    }
  }
}
