package io.vllmmonitor.api.mitigation;

import static java.util.Objects.requireNonNull;

/**
 * What one gate said of one attempt. Immutable.
 *
 * @param gate such as {@code mode}, {@code cooldown}, {@code hourly_cap}, {@code stop_file}, {@code
 *     evidence}
 * @param reason one sentence, also when it is open
 */
public record GateResult(String gate, boolean open, String reason) {
  public GateResult {
    requireNonNull(gate, "gate");
    requireNonNull(reason, "reason");
  }
}
