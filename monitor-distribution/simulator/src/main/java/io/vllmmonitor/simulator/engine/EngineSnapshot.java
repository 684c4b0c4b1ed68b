package io.vllmmonitor.simulator.engine;

import static java.util.Objects.requireNonNull;

import java.util.Map;

/**
 * What the engine would tell its metrics page. The three gauges are those of the last step that
 * returned: they stand still while the engine hangs, is paused or has nothing to do. Immutable.
 *
 * @param running requests in the batch
 * @param waiting requests in the queue
 * @param usedBlocks KV blocks held by requests
 * @param usableBlocks KV blocks there are, the null block excluded
 * @param sleepLevel 0 awake, 1 weights offloaded, 2 everything discarded
 * @param totals the counters
 * @param histograms the histograms, every key present
 */
public record EngineSnapshot(
    int running,
    int waiting,
    int usedBlocks,
    int usableBlocks,
    int sleepLevel,
    Totals totals,
    Map<EngineHistogram, HistogramSnapshot> histograms) {

  public EngineSnapshot {
    requireNonNull(totals, "totals");
    histograms = Map.copyOf(histograms);
  }

  /** KV usage from 0 to 1. */
  public double kvUsage() {
    return 1.0 - (double) (usableBlocks - usedBlocks) / usableBlocks;
  }

  /** One histogram. */
  public HistogramSnapshot histogram(EngineHistogram which) {
    return requireNonNull(histograms.get(which), which.family());
  }

  /**
   * Counters since the engine started.
   *
   * @param prefixQueries tokens looked up in the prefix cache
   * @param prefixHits tokens found there
   * @param preemptions recompute preemptions
   * @param promptTokens prompt tokens of requests whose prefill finished
   * @param cachedPromptTokens those of them that came from the prefix cache
   * @param generationTokens generated tokens
   * @param stopped requests finished with reason stop
   * @param lengthLimited requests finished with reason length
   */
  public record Totals(
      long prefixQueries,
      long prefixHits,
      long preemptions,
      long promptTokens,
      long cachedPromptTokens,
      long generationTokens,
      long stopped,
      long lengthLimited) {}
}
