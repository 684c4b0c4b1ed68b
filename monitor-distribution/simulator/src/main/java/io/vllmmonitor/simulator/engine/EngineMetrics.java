package io.vllmmonitor.simulator.engine;

import static java.util.Objects.requireNonNull;

import java.util.EnumMap;
import java.util.Map;

/** The engine's counters and histograms. Fields are plain: the engine is single-threaded. */
final class EngineMetrics {
  private final Map<EngineHistogram, Histogram> histograms = new EnumMap<>(EngineHistogram.class);
  private long pendingIterationTokens;
  long prefixQueries;
  long prefixHits;
  long preemptions;
  long promptTokens;
  long cachedPromptTokens;
  long generationTokens;
  long stopped;
  long lengthLimited;

  EngineMetrics(int maxModelLen) {
    for (EngineHistogram h : EngineHistogram.values()) {
      histograms.put(h, h.create(maxModelLen));
    }
  }

  Histogram get(EngineHistogram which) {
    return requireNonNull(histograms.get(which));
  }

  /** Spreads the tokens of a macro step over the iterations that ended in it. */
  void iterations(int ended, int tokens) {
    pendingIterationTokens += tokens;
    if (ended == 0 || pendingIterationTokens == 0) {
      return;
    }
    long each = pendingIterationTokens / ended;
    long oneMore = pendingIterationTokens % ended;
    Histogram h = get(EngineHistogram.ITERATION_TOKENS);
    if (oneMore > 0) {
      h.add((double) (each + 1), oneMore);
    }
    if (each > 0) {
      h.add((double) each, ended - oneMore);
    }
    pendingIterationTokens = 0;
  }

  void finished(LiveRequest r, FinishReason reason, double at) {
    if (reason == FinishReason.STOP) {
      stopped++;
    } else {
      lengthLimited++;
    }
    double decode = Math.max(0, at - r.firstTokenAt);
    get(EngineHistogram.PROMPT_TOKENS).add(r.spec.promptTokens());
    get(EngineHistogram.GENERATION_TOKENS).add(r.generated);
    get(EngineHistogram.MAX_NUM_GENERATION_TOKENS).add(r.generated);
    get(EngineHistogram.PARAMS_N).add(1);
    get(EngineHistogram.PARAMS_MAX_TOKENS).add(r.spec.maxTokens());
    get(EngineHistogram.TIME_PER_OUTPUT_TOKEN)
        .add(r.generated > 1 ? decode / (r.generated - 1) : 0);
    get(EngineHistogram.E2E_LATENCY).add(at - r.arrivedAt);
    get(EngineHistogram.QUEUE_TIME).add(r.admittedAt - r.arrivedAt);
    get(EngineHistogram.INFERENCE_TIME).add(at - r.admittedAt);
    get(EngineHistogram.PREFILL_TIME).add(Math.max(0, r.firstTokenAt - r.admittedAt));
    get(EngineHistogram.DECODE_TIME).add(decode);
    get(EngineHistogram.NUM_PREEMPTIONS).add(r.preemptions);
    get(EngineHistogram.PREFILL_KV_COMPUTED_TOKENS).add(r.spec.promptTokens() - r.firstHit);
  }

  Map<EngineHistogram, HistogramSnapshot> histogramSnapshots() {
    Map<EngineHistogram, HistogramSnapshot> all = new EnumMap<>(EngineHistogram.class);
    histograms.forEach((k, v) -> all.put(k, v.snapshot()));
    return all;
  }

  EngineSnapshot.Totals totals() {
    return new EngineSnapshot.Totals(
        prefixQueries,
        prefixHits,
        preemptions,
        promptTokens,
        cachedPromptTokens,
        generationTokens,
        stopped,
        lengthLimited);
  }
}
