package io.vllmmonitor.core.script;

import io.vllmmonitor.api.config.ConfigSpec;
import io.vllmmonitor.api.extension.StateReader;
import io.vllmmonitor.api.extension.StateWriter;
import io.vllmmonitor.api.guardrail.Guardrail;
import io.vllmmonitor.api.guardrail.GuardrailSpec;
import io.vllmmonitor.api.guardrail.Verdict;
import io.vllmmonitor.api.view.MetricView;

/**
 * A guardrail of a dropped source as the core sees it: every call has a fresh budget, and nothing
 * but {@code MonitorException} comes out. As thread-confined as any guardrail.
 */
final class SandboxedGuardrail implements Guardrail {
  private final Guardrail source;
  private final GuardedCalls calls;
  private final String id;

  SandboxedGuardrail(Guardrail source, GuardedCalls calls) {
    this.source = source;
    this.calls = calls;
    this.id = calls.answer("id()", () -> required(source.id(), "id()"));
  }

  @Override
  public String id() {
    return id;
  }

  @Override
  public GuardrailSpec spec() {
    return calls.answer("spec()", () -> required(source.spec(), "spec()"));
  }

  @Override
  public Verdict check(MetricView view) {
    return calls.answer("check()", () -> required(source.check(view), "check()"));
  }

  @Override
  public int stateVersion() {
    return calls.answer("stateVersion()", source::stateVersion);
  }

  @Override
  public void saveState(StateWriter state) {
    calls.run("saveState()", () -> source.saveState(state));
  }

  @Override
  public void restoreState(StateReader state, int fromVersion) {
    calls.run("restoreState()", () -> source.restoreState(state, fromVersion));
  }

  @Override
  public ConfigSpec configSpec() {
    return calls.answer("configSpec()", () -> required(source.configSpec(), "configSpec()"));
  }

  @Override
  public void close() {
    calls.run("close()", source::close);
  }

  private static <T> T required(T answer, String what) {
    if (answer == null) {
      throw new IllegalStateException(what + " answered null");
    }
    return answer;
  }
}
