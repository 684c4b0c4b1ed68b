package io.vllmmonitor.simulator.page;

import io.vllmmonitor.simulator.engine.EngineSnapshot;

/** Where the value of one sample line of the template comes from. */
@FunctionalInterface
interface SampleValue {

  double at(EngineSnapshot engine, ProcessView process);

  /**
   * The source of the sample of {@code series}, name and labels.
   *
   * @param bornAt its value if it is a {@code _created} series
   */
  static SampleValue of(String series, double bornAt) {
    String name = series.indexOf('{') < 0 ? series : series.substring(0, series.indexOf('{'));
    if (name.endsWith("_created")) {
      return (e, p) -> bornAt;
    }
    return name.startsWith("vllm:") ? ofEngine(name, series) : ofProcess(name, series);
  }

  private static SampleValue ofProcess(String name, String series) {
    return switch (name) {
      case "python_info" -> (e, p) -> 1;
      case "python_gc_objects_collected_total" -> ofGeneration(series, 15_018, 2_113, 1_397);
      case "python_gc_objects_uncollectable_total" -> (e, p) -> 0;
      case "python_gc_collections_total" -> collections(series);
      case "process_virtual_memory_bytes" -> (e, p) -> p.virtualBytes();
      case "process_resident_memory_bytes" -> (e, p) -> p.residentBytes();
      case "process_start_time_seconds" -> (e, p) -> p.startSeconds();
      case "process_cpu_seconds_total" -> (e, p) -> p.cpuSeconds();
      case "process_open_fds" -> (e, p) -> p.openFds();
      case "process_max_fds" -> (e, p) -> 20_000;
      default -> throw unknown(series);
    };
  }

  private static SampleValue ofGeneration(String series, double young, double middle, double old) {
    double value = series.contains("\"0\"") ? young : series.contains("\"1\"") ? middle : old;
    return (e, p) -> value;
  }

  private static SampleValue collections(String series) {
    if (series.contains("\"0\"")) {
      return (e, p) -> 1_628 + p.collections();
    }
    return series.contains("\"1\"") ? (e, p) -> 148 + p.collections() / 11 : (e, p) -> 10;
  }

  private static SampleValue ofEngine(String name, String series) {
    return switch (name) {
      case "vllm:num_requests_running" -> (e, p) -> e.running();
      case "vllm:num_requests_waiting" -> (e, p) -> e.waiting();
      case "vllm:num_requests_waiting_by_reason" ->
          series.contains("\"capacity\"") ? (e, p) -> e.waiting() : (e, p) -> 0;
      case "vllm:engine_sleep_state" -> sleepState(series);
      case "vllm:kv_cache_usage_perc" -> (e, p) -> e.kvUsage();
      case "vllm:prefix_cache_queries_total" -> (e, p) -> e.totals().prefixQueries();
      case "vllm:prefix_cache_hits_total" -> (e, p) -> e.totals().prefixHits();
      case "vllm:num_preemptions_total" -> (e, p) -> e.totals().preemptions();
      case "vllm:prompt_tokens_total" -> (e, p) -> e.totals().promptTokens();
      case "vllm:prompt_tokens_by_source_total" -> bySource(series);
      case "vllm:prompt_tokens_cached_total" -> (e, p) -> e.totals().cachedPromptTokens();
      case "vllm:prompt_tokens_cached_by_source_total" ->
          series.contains("\"device\"") ? (e, p) -> e.totals().cachedPromptTokens() : (e, p) -> 0;
      case "vllm:generation_tokens_total" -> (e, p) -> e.totals().generationTokens();
      case "vllm:request_success_total" -> finished(series);
      case "vllm:cache_config_info" -> (e, p) -> 1;
      case "vllm:estimated_flops_per_gpu_total",
          "vllm:estimated_read_bytes_per_gpu_total",
          "vllm:estimated_write_bytes_per_gpu_total",
          "vllm:external_prefix_cache_queries_total",
          "vllm:external_prefix_cache_hits_total",
          "vllm:mm_cache_queries_total",
          "vllm:mm_cache_hits_total",
          "vllm:admission_rejections_total" ->
          (e, p) -> 0;
      default -> throw unknown(series);
    };
  }

  private static SampleValue sleepState(String series) {
    int level = series.contains("\"awake\"") ? 0 : series.contains("\"weights_offloaded\"") ? 1 : 2;
    return (e, p) -> e.sleepLevel() == level ? 1 : 0;
  }

  private static SampleValue bySource(String series) {
    if (series.contains("\"local_compute\"")) {
      return (e, p) -> e.totals().promptTokens() - e.totals().cachedPromptTokens();
    }
    return series.contains("\"local_cache_hit\"")
        ? (e, p) -> e.totals().cachedPromptTokens()
        : (e, p) -> 0;
  }

  /** Aborted requests are not counted: real servers leave that series at 0. */
  private static SampleValue finished(String series) {
    if (series.contains("\"stop\"")) {
      return (e, p) -> e.totals().stopped();
    }
    return series.contains("\"length\"") ? (e, p) -> e.totals().lengthLimited() : (e, p) -> 0;
  }

  private static IllegalStateException unknown(String series) {
    return new IllegalStateException("the page template has a series without a source: " + series);
  }
}
