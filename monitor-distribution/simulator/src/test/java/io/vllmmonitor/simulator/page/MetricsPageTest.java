package io.vllmmonitor.simulator.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vllmmonitor.simulator.engine.EngineProfile;
import io.vllmmonitor.simulator.engine.RequestListener;
import io.vllmmonitor.simulator.engine.RequestSpec;
import io.vllmmonitor.simulator.engine.ServingEngine;
import java.util.List;
import org.junit.jupiter.api.Test;

class MetricsPageTest {
  private static final double NOW = 1_795_512_848.116;

  private final ServingEngine engine = new ServingEngine(EngineProfile.CPU_TINY, 1, 0.05);
  private final HttpStatistics http = new HttpStatistics(() -> NOW);
  private final ProcessView process =
      new ProcessView(1_795_512_813.91, 34, 8.88, 954_896_384L, 4_605_026_304L, 0);

  @Test
  void aFreshPageHasTheShapeOfTheCapturedOne() {
    assertThat(CapturedPage.skeleton(render("tiny", EngineProfile.CPU_TINY)))
        .containsExactlyElementsOf(CapturedPage.skeleton(CapturedPage.lines("0.32.0-fresh.txt")));
  }

  @Test
  void aPageAfterLoadHasTheShapeOfTheCapturedOne() {
    engine.submit(RequestSpec.of(100, 20), RequestListener.NONE);
    engine.advance(5);
    http.record("/v1/completions", "POST", 200, 300, 540, 0.2);
    http.record("/pause", "POST", 200, 0, 19, 0.02);
    http.record("/is_paused", "GET", 200, 0, 18, 0.002);
    http.record("/resume", "POST", 200, 0, 20, 0.005);
    http.record("/abort_requests", "POST", 200, 2, 32, 0.001);
    http.record("/reset_prefix_cache", "POST", 200, 0, 17, 0.008);
    http.record("/v1/completions", "POST", 200, 300, 0, 0.4);

    List<String> page = render("tiny", EngineProfile.CPU_TINY);
    assertThat(CapturedPage.skeleton(page))
        .containsExactlyElementsOf(
            CapturedPage.skeleton(CapturedPage.lines("0.32.0-after-load.txt")));
    assertThat(page)
        .contains(
            "http_requests_total{handler=\"/v1/completions\",method=\"POST\",status=\"2xx\"} 2.0",
            "http_request_size_bytes_sum{handler=\"/v1/completions\"} 600.0",
            "http_request_duration_seconds_bucket{handler=\"/v1/completions\",le=\"0.5\",method=\"POST\"} 2.0",
            "vllm:generation_tokens_total{engine=\"0\",model_name=\"tiny\"} 20.0",
            "vllm:request_prompt_tokens_bucket{engine=\"0\",le=\"50.0\",model_name=\"tiny\"} 0.0",
            "vllm:request_prompt_tokens_bucket{engine=\"0\",le=\"100.0\",model_name=\"tiny\"} 1.0");
  }

  @Test
  void gaugesComeFromTheEngineAndTheProcess() {
    engine.submit(RequestSpec.of(300, 1_500), RequestListener.NONE);
    engine.advance(0.5);
    List<String> page = render("tiny", EngineProfile.CPU_TINY);
    assertThat(page)
        .contains(
            "vllm:num_requests_running{engine=\"0\",model_name=\"tiny\"} 1.0",
            "process_open_fds 34.0",
            "process_start_time_seconds 1.79551281391e+09",
            "vllm:engine_sleep_state{engine=\"0\",model_name=\"tiny\",sleep_state=\"awake\"} 1.0");
    assertThat(page)
        .anySatisfy(
            line -> assertThat(line).matches("vllm:kv_cache_usage_perc\\{.*} 0\\.00[0-9]+"));
  }

  @Test
  void theModelNameIsEscaped() {
    assertThat(render("a\"b\\c", EngineProfile.CPU_TINY))
        .contains("vllm:num_requests_running{engine=\"0\",model_name=\"a\\\"b\\\\c\"} 0.0");
  }

  @Test
  void longerModelsHaveMoreTokenBucketsAndOtherCacheLabels() {
    ServingEngine large = new ServingEngine(EngineProfile.H100_7B, 1, 0.1);
    String page =
        new MetricsPage("0.32.0", "m", EngineProfile.H100_7B, NOW)
            .render(large.snapshot(), process, http);
    assertThat(page)
        .contains(
            "vllm:request_prompt_tokens_bucket{engine=\"0\",le=\"20000.0\",model_name=\"m\"} 0.0")
        .contains("num_gpu_blocks=\"6600\"")
        .contains("kv_cache_size_tokens=\"105600\"");
  }

  @Test
  void anUnknownVersionIsRefused() {
    assertThatThrownBy(() -> new MetricsPage("9.9", "m", EngineProfile.TINY, NOW))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("9.9");
  }

  private List<String> render(String model, EngineProfile profile) {
    String text =
        new MetricsPage("0.32.0", model, profile, NOW).render(engine.snapshot(), process, http);
    assertThat(text).endsWith("\n");
    return List.of(text.split("\n"));
  }
}
