package io.vllmmonitor.core.guardrail;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.guardrail.FiringStatus;
import io.vllmmonitor.api.guardrail.GuardrailFiring;

/**
 * A firing that began or cleared in a tick, already stored. Immutable.
 *
 * @param why one sentence: the breach, or why it is over
 */
public record FiringChange(GuardrailFiring firing, String why) {
  public FiringChange {
    requireNonNull(firing, "firing");
    requireNonNull(why, "why");
  }

  public boolean began() {
    return firing.status() == FiringStatus.FIRING;
  }
}
