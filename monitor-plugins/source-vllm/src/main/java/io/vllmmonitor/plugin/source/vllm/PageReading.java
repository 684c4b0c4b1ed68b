package io.vllmmonitor.plugin.source.vllm;

import io.vllmmonitor.api.sample.SeriesKey;

/**
 * What one page says about the state of the server, gathered while its samples pass by. Old names
 * and the {@code vllm_} spelling count as the current ones. All engines are taken together. Made
 * for one page.
 */
final class PageReading {
  /** Counters that only a new life of the server takes down. */
  static final int COUNTERS = 5;

  private boolean vllm;
  private double running = Double.NaN;
  private double waiting = Double.NaN;
  private double awake = Double.NaN;
  private double startTime = Double.NaN;
  private double openFiles = Double.NaN;
  private double refusals = Double.NaN;
  private final double[] counters = {Double.NaN, Double.NaN, Double.NaN, Double.NaN, Double.NaN};
  private long fingerprint;
  private boolean moves;

  void take(SeriesKey series, double value) {
    String name = series.name();
    if (name.startsWith("vllm")) {
      if (name.startsWith("vllm:")) {
        vllm = true;
        engine(name, series, value);
      } else if (name.startsWith("vllm_")) {
        vllm = true;
        engine("vllm:" + name.substring(5), series, value);
      }
    } else if (name.equals("process_start_time_seconds")) {
      startTime = value;
    } else if (name.equals("process_open_fds")) {
      openFiles = value;
    }
  }

  private void engine(String name, SeriesKey series, double value) {
    switch (name) {
      case "vllm:num_requests_running" -> {
        running = plus(running, value);
        moved(name, series, value);
      }
      case "vllm:num_requests_waiting" -> {
        waiting = plus(waiting, value);
        moved(name, series, value);
      }
      case "vllm:kv_cache_usage_perc", "vllm:gpu_cache_usage_perc" ->
          moved("vllm:kv_cache_usage_perc", series, value);
      case "vllm:iteration_tokens_total_count" -> counter(0, name, series, value);
      case "vllm:generation_tokens_total" -> counter(1, name, series, value);
      case "vllm:prompt_tokens_total" -> counter(2, name, series, value);
      case "vllm:prefix_cache_queries_total", "vllm:gpu_prefix_cache_queries_total" ->
          counter(3, "vllm:prefix_cache_queries_total", series, value);
      case "vllm:num_preemptions_total" -> counter(4, name, series, value);
      case "vllm:admission_rejections_total" -> refusals = plus(refusals, value);
      case "vllm:engine_sleep_state" -> {
        if ("awake".equals(series.labels().get("sleep_state"))) {
          awake = Double.isNaN(awake) ? value : Math.min(awake, value);
        }
      }
      default -> {
        // Not a sign of state.
      }
    }
  }

  private void counter(int index, String name, SeriesKey series, double value) {
    counters[index] = plus(counters[index], value);
    moved(name, series, value);
  }

  /** Adds up, so that the order of the lines does not matter. */
  private void moved(String name, SeriesKey series, double value) {
    moves = true;
    long hash = 31L * name.hashCode() + series.labels().hashCode();
    fingerprint += mix(mix(hash) ^ Double.doubleToRawLongBits(value));
  }

  private static long mix(long value) {
    long z = (value ^ (value >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }

  private static double plus(double sum, double value) {
    return Double.isNaN(sum) ? value : sum + value;
  }

  /** Whether any family of vLLM's own was on the page. */
  boolean isVllm() {
    return vllm;
  }

  /** Requests that run or wait; NaN when the page does not say. */
  double queued() {
    return Double.isNaN(running) ? waiting : plus(waiting, running);
  }

  /** 1 awake, 0 asleep, NaN when the page does not say. */
  double awake() {
    return awake;
  }

  /** When the API server started, in seconds since 1970; NaN when the page does not say. */
  double startTime() {
    return startTime;
  }

  /** NaN when the page does not say. */
  double openFiles() {
    return openFiles;
  }

  /** Requests refused at the door so far; NaN when the page does not say. */
  double refusals() {
    return refusals;
  }

  /** The counters that only grow within one life, NaN where missing; shared, do not change. */
  double[] counters() {
    return counters;
  }

  /** Whether the page shows anything by which progress could be told. */
  boolean showsProgress() {
    return moves;
  }

  /** Changes whenever one of the engine's numbers changed. */
  long fingerprint() {
    return fingerprint;
  }
}
