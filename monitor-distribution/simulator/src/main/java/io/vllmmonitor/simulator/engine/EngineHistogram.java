package io.vllmmonitor.simulator.engine;

import java.util.ArrayList;
import java.util.List;

/** The histograms that the engine keeps, with vLLM's names and buckets. */
public enum EngineHistogram {
  PROMPT_TOKENS("vllm:request_prompt_tokens", Buckets.TOKENS),
  GENERATION_TOKENS("vllm:request_generation_tokens", Buckets.TOKENS),
  ITERATION_TOKENS("vllm:iteration_tokens_total", Buckets.ITERATION),
  MAX_NUM_GENERATION_TOKENS("vllm:request_max_num_generation_tokens", Buckets.TOKENS),
  PARAMS_N("vllm:request_params_n", Buckets.SMALL),
  PARAMS_MAX_TOKENS("vllm:request_params_max_tokens", Buckets.TOKENS),
  TIME_TO_FIRST_TOKEN("vllm:time_to_first_token_seconds", Buckets.FIRST_TOKEN),
  INTER_TOKEN_LATENCY("vllm:inter_token_latency_seconds", Buckets.PER_TOKEN),
  TIME_PER_OUTPUT_TOKEN("vllm:request_time_per_output_token_seconds", Buckets.PER_TOKEN),
  E2E_LATENCY("vllm:e2e_request_latency_seconds", Buckets.REQUEST),
  QUEUE_TIME("vllm:request_queue_time_seconds", Buckets.REQUEST),
  INFERENCE_TIME("vllm:request_inference_time_seconds", Buckets.REQUEST),
  PREFILL_TIME("vllm:request_prefill_time_seconds", Buckets.REQUEST),
  DECODE_TIME("vllm:request_decode_time_seconds", Buckets.REQUEST),
  NUM_PREEMPTIONS("vllm:request_num_preemptions", Buckets.PREEMPTIONS),
  PREFILL_KV_COMPUTED_TOKENS("vllm:request_prefill_kv_computed_tokens", Buckets.TOKENS);

  private final String family;
  private final Buckets buckets;

  EngineHistogram(String family, Buckets buckets) {
    this.family = family;
    this.buckets = buckets;
  }

  /** The name of its family on the page. */
  public String family() {
    return family;
  }

  Histogram create(int maxModelLen) {
    return new Histogram(buckets == Buckets.TOKENS ? tokenEdges(maxModelLen) : buckets.edges);
  }

  /** 1, 2, 5, 10, … up to the longest request, as vLLM builds them. */
  private static double[] tokenEdges(int maxModelLen) {
    List<Double> edges = new ArrayList<>();
    for (long decade = 1; decade <= maxModelLen; decade *= 10) {
      for (int mantissa : new int[] {1, 2, 5}) {
        if (mantissa * decade <= maxModelLen) {
          edges.add((double) (mantissa * decade));
        }
      }
    }
    return edges.stream().mapToDouble(Double::doubleValue).toArray();
  }

  @SuppressWarnings("ImmutableEnumChecker") // the arrays are private and copied by Histogram
  private enum Buckets {
    TOKENS(),
    ITERATION(1, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384),
    SMALL(1, 2, 5, 10, 20),
    PREEMPTIONS(1, 2, 3, 4, 5, 10, 20),
    FIRST_TOKEN(
        .001, .005, .01, .02, .04, .06, .08, .1, .25, .5, .75, 1, 2.5, 5, 7.5, 10, 20, 40, 80, 160,
        640, 2560),
    PER_TOKEN(.01, .025, .05, .075, .1, .15, .2, .3, .4, .5, .75, 1, 2.5, 5, 7.5, 10, 20, 40, 80),
    REQUEST(
        .3, .5, .8, 1, 1.5, 2, 2.5, 5, 10, 15, 20, 30, 40, 50, 60, 120, 240, 480, 960, 1920, 7680);

    private final double[] edges;

    Buckets(double... edges) {
      this.edges = edges;
    }
  }
}
