package io.vllmmonitor.simulator.engine;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Speed and size of one simulated server. The time of one engine iteration in milliseconds is
 * {@code floorMs + perTokenMs * max(0, tokens - 128) + contextMs * contextTokens}. Immutable;
 * chosen once per server.
 *
 * @param name the name used on command lines
 * @param floorMs milliseconds that every iteration takes
 * @param perTokenMs milliseconds per token of the batch beyond 128
 * @param contextMs milliseconds per token of context that decode reads
 * @param blocks KV blocks, the reserved null block included
 * @param blockSize tokens per KV block
 * @param kibPerToken KV memory per token in KiB
 * @param maxNumSeqs running requests at most
 * @param maxBatchedTokens tokens per iteration at most: the prefill chunk is cut to it
 * @param maxModelLen prompt plus output tokens of one request at most
 * @param reserveFullInput true: a request is admitted only when its whole input fits; false:
 *     optimistic admission, when its first prefill chunk fits. Optimistic admission is open to
 *     recompute livelock under KV pressure.
 */
public record EngineProfile(
    String name,
    double floorMs,
    double perTokenMs,
    double contextMs,
    int blocks,
    int blockSize,
    int kibPerToken,
    int maxNumSeqs,
    int maxBatchedTokens,
    int maxModelLen,
    boolean reserveFullInput) {

  /** A 7B model on one H100. */
  public static final EngineProfile H100_7B =
      new EngineProfile("h100-7b", 7.1, 0.0204, 2.0e-4, 6_600, 16, 512, 256, 2_048, 32_768, true);

  /** An 8B model with grouped-query attention on one A100. */
  public static final EngineProfile A100_8B =
      new EngineProfile(
          "a100-8b", 11.2, 0.0668, 1.05e-4, 24_800, 16, 128, 256, 2_048, 32_768, true);

  /** A 70B model on four A100. */
  public static final EngineProfile A100X4_70B =
      new EngineProfile(
          "a100x4-70b", 31.4, 0.160, 6.6e-5, 26_500, 16, 80, 256, 2_048, 32_768, true);

  /** The two-layer model on two processor cores from which the reference page was captured. */
  public static final EngineProfile CPU_TINY =
      new EngineProfile("cpu-tiny", 1.6, 0.01, 1.0e-5, 4_096, 128, 2, 8, 2_048, 2_048, true);

  /**
   * A small server for demonstrations and tests: little KV memory, expensive prefill and optimistic
   * admission, so that KV exhaustion shows within seconds and thrashes until the running requests
   * are drained.
   */
  public static final EngineProfile TINY =
      new EngineProfile("tiny", 15.0, 0.6, 1.0e-4, 1_025, 16, 64, 32, 512, 2_048, false);

  private static final List<EngineProfile> ALL =
      List.of(TINY, CPU_TINY, H100_7B, A100_8B, A100X4_70B);

  public EngineProfile {
    requireNonNull(name, "name");
    if (blocks < 2
        || blockSize < 1
        || maxNumSeqs < 1
        || maxBatchedTokens < 1
        || maxModelLen < 1
        || floorMs <= 0) {
      throw new IllegalArgumentException(
          "profile " + name + ": sizes and floorMs must be positive, blocks at least 2");
    }
  }

  /**
   * The built-in profile of that name.
   *
   * @throws IllegalArgumentException if there is none; the message lists the known names
   */
  public static EngineProfile named(String name) {
    return ALL.stream()
        .filter(p -> p.name().equals(name.toLowerCase(Locale.ROOT)))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "unknown profile '%s'; known are %s"
                        .formatted(
                            name,
                            ALL.stream()
                                .map(EngineProfile::name)
                                .collect(Collectors.joining(", ")))));
  }

  /** Blocks that requests can use: one is reserved as the null block. */
  public int usableBlocks() {
    return blocks - 1;
  }

  int blocksFor(int tokens) {
    return (tokens + blockSize - 1) / blockSize;
  }
}
