package com.example.queuewatch;

import io.vllmmonitor.api.config.ConfigSpec;
import io.vllmmonitor.api.extension.StateReader;
import io.vllmmonitor.api.extension.StateWriter;
import io.vllmmonitor.api.guardrail.Guardrail;
import io.vllmmonitor.api.guardrail.GuardrailSpec;
import io.vllmmonitor.api.guardrail.Severity;
import io.vllmmonitor.api.guardrail.Verdict;
import io.vllmmonitor.api.lifecycle.FailureKind;
import io.vllmmonitor.api.view.MetricView;

/** Fires while more requests wait than the operator wants; remembers the longest queue it saw. */
final class QueueGuardrail implements Guardrail {
  private final long mostWaiting;
  private double longest;
  private long looks;

  QueueGuardrail(long mostWaiting) {
    this.mostWaiting = mostWaiting;
  }

  @Override
  public String id() {
    return "queue-watch";
  }

  @Override
  public GuardrailSpec spec() {
    return GuardrailSpec.of(
            Severity.ERROR, FailureKind.REQUEST_BACKLOG, "More requests wait than wanted")
        .withBreachForSeconds(3)
        .withKeepFiringForSeconds(10);
  }

  @Override
  public Verdict check(MetricView view) {
    looks++;
    double waiting = view.sum("vllm:num_requests_waiting");
    longest = Math.max(longest, waiting);
    return waiting > mostWaiting
        ? Verdict.breach(
            Math.round(waiting)
                + " requests wait; the longest queue in "
                + looks
                + " looks was "
                + Math.round(longest))
        : Verdict.pass();
  }

  @Override
  public void saveState(StateWriter state) {
    state.number("longest", longest);
    state.integer("looks", looks);
  }

  @Override
  public void restoreState(StateReader state, int fromVersion) {
    longest = state.number("longest", 0);
    looks = state.integer("looks", 0);
  }

  @Override
  public ConfigSpec configSpec() {
    return ConfigSpec.of(
        new ConfigSpec.Key("most_waiting", "5", "How many requests may wait, in requests."));
  }
}
