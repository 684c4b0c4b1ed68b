package io.vllmmonitor.simulator.engine;

/**
 * One request as the engine sees it. Immutable.
 *
 * @param promptTokens tokens of the prompt, at least 1
 * @param outputTokens tokens that will be generated, at least 1
 * @param maxTokens the limit that the client asked for; reaching it is {@link FinishReason#LENGTH}
 * @param prefixGroup requests of one group share their first tokens; 0: none
 * @param sharedTokens how many tokens the group shares
 * @param patienceSeconds the client leaves when no token came for so long; 0: it waits for ever
 */
public record RequestSpec(
    int promptTokens,
    int outputTokens,
    int maxTokens,
    long prefixGroup,
    int sharedTokens,
    double patienceSeconds) {

  public RequestSpec {
    if (promptTokens < 1 || outputTokens < 1 || maxTokens < outputTokens) {
      throw new IllegalArgumentException(
          "prompt %d, output %d, max_tokens %d: at least 1 each, output within max_tokens"
              .formatted(promptTokens, outputTokens, maxTokens));
    }
    if (sharedTokens < 0 || sharedTokens > promptTokens || patienceSeconds < 0) {
      throw new IllegalArgumentException(
          "shared tokens %d of %d, patience %s: neither may be negative, nor shared exceed the prompt"
              .formatted(sharedTokens, promptTokens, patienceSeconds));
    }
  }

  /** A request without a shared prefix whose client waits for ever. */
  public static RequestSpec of(int promptTokens, int outputTokens) {
    return new RequestSpec(promptTokens, outputTokens, outputTokens, 0, 0, 0);
  }
}
