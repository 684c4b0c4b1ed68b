package io.vllmmonitor.simulator.engine;

import static java.util.Objects.requireNonNull;

/**
 * What became of a request.
 *
 * @param spec the request
 * @param reason why it left
 * @param generatedTokens tokens generated until then
 * @param seconds engine seconds from its arrival to its end
 */
public record RequestResult(
    RequestSpec spec, FinishReason reason, int generatedTokens, double seconds) {
  public RequestResult {
    requireNonNull(spec, "spec");
    requireNonNull(reason, "reason");
  }
}
