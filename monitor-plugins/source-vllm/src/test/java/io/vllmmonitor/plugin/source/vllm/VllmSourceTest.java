package io.vllmmonitor.plugin.source.vllm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.sample.MetricCatalog;
import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.api.source.Answer;
import io.vllmmonitor.api.source.MetricsSource;
import io.vllmmonitor.api.source.TargetSignals;
import io.vllmmonitor.api.target.Target;
import io.vllmmonitor.api.target.TargetMode;
import io.vllmmonitor.testkit.plugin.FakePluginContext;
import io.vllmmonitor.testkit.plugin.FakeScope;
import io.vllmmonitor.testkit.plugin.FakeState;
import io.vllmmonitor.testkit.plugin.LoopbackHttp;
import io.vllmmonitor.testkit.plugin.RecordingSink;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class VllmSourceTest {
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
  private static final String TEXT = "text/plain; version=0.0.4";

  private final VllmServerStub server = new VllmServerStub(0);
  private final Target target = Target.of(server.url(), TargetMode.OBSERVE, Duration.ofSeconds(1));
  private MetricsSource source = newSource();
  private int second;

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void everySampleOfThePageArrives() {
    server.serveVllm("0.32.0-all-optional-after-load");
    assertThat(collect().samples().keySet().stream().map(SeriesKey::toString))
        .hasSize(NaiveReader.read(VllmServerStub.page("0.32.0-all-optional-after-load")).size());
  }

  @Test
  void anIdleServerIsHealthyAwakeAndHasNoWork() {
    server.serveVllm("0.32.0-fresh");
    TargetSignals signals = collect().signals();
    assertThat(signals.healthy()).isEqualTo(Answer.YES);
    assertThat(signals.paused()).isEqualTo(Answer.NO);
    assertThat(signals.sleeping()).isEqualTo(Answer.NO);
    assertThat(signals.workPending()).isEqualTo(Answer.NO);
    assertThat(signals.incarnation()).isEqualTo("start-1795512813.91");
    assertThat(signals.progress()).isNotNull().isEqualTo(collect().signals().progress());
    assertThat(signals.capabilities().version()).isEqualTo("0.32.0");
    assertThat(signals.capabilities().serves("POST /pause")).isTrue();
    assertThat(signals.capabilities().serves("POST /sleep")).isFalse();
  }

  @Test
  void pauseSleepHealthAndLoadAreAsked() {
    server.serveVllm("0.32.0-fresh");
    server.json("GET /is_paused", "{\"is_paused\":true}");
    server.json("GET /load", "{\"server_load\":3}");
    server.serve("GET /health", 503, "", "");
    server.serve(
        "GET /metrics",
        200,
        TEXT,
        VllmServerStub.page("0.32.0-fresh")
            .replace("sleep_state=\"awake\"} 1.0", "sleep_state=\"awake\"} 0.0"));
    TargetSignals signals = collect().signals();
    assertThat(signals.healthy()).isEqualTo(Answer.NO);
    assertThat(signals.paused()).isEqualTo(Answer.YES);
    assertThat(signals.sleeping()).isEqualTo(Answer.YES);
    assertThat(signals.workPending()).isEqualTo(Answer.YES);
  }

  @Test
  void everyAdvanceIsProgressUnderOldNamesToo() {
    for (String series :
        List.of(
            "vllm:num_requests_running",
            "vllm:num_requests_waiting",
            "vllm:gpu_cache_usage_perc",
            "vllm:kv_cache_usage_perc",
            "vllm:generation_tokens_total",
            "vllm:prompt_tokens_total",
            "vllm:gpu_prefix_cache_queries_total",
            "vllm:num_preemptions_total",
            "vllm_iteration_tokens_total_count")) {
      assertThat(progress(series + "{engine=\"1\"} 1\n"))
          .isNotEqualTo(progress(series + "{engine=\"1\"} 2\n"));
      assertThat(progress(series + "{engine=\"1\"} 1\n"))
          .isEqualTo(progress(series + "{engine=\"1\"} 1\n"));
    }
    assertThat(progress("vllm:x 1\nprocess_open_fds 3\n")).isNull();
  }

  @Test
  void theRoutesAreFoundOnceALifeAndAgainAfterTenMinutes() {
    server.serveVllm("0.32.0-fresh");
    collect();
    collect();
    assertThat(server.asked()).filteredOn("GET /openapi.json"::equals).hasSize(1);
    second += 601;
    collect();
    assertThat(server.asked()).filteredOn("GET /openapi.json"::equals).hasSize(2);
    server.serve("GET /metrics", 200, TEXT, "vllm:x 1\nprocess_start_time_seconds 5\n");
    collect();
    assertThat(server.asked()).filteredOn("GET /openapi.json"::equals).hasSize(3);
    assertThat(server.asked()).filteredOn(route -> !route.startsWith("GET ")).isEmpty();
  }

  @Test
  void aServerThatDoesNotListItsRoutesIsAskedForThem() {
    server.serveVllm("0.32.0-rust-front-end-idle");
    String page = VllmServerStub.page("0.32.0-rust-front-end-idle");
    server.serve("GET /metrics", 200, "application/openmetrics-text; version=1.0.0", page);
    server.serve("GET /openapi.json", 404, "", "");
    server.serve("OPTIONS /pause", 405, "", "");
    server.json("GET /is_paused", "{\"is_paused\":true}");
    TargetSignals signals = collect().signals();
    assertThat(signals.paused()).isEqualTo(Answer.YES);
    assertThat(signals.sleeping()).isEqualTo(Answer.NO);
    assertThat(signals.capabilities().routes())
        .containsExactlyInAnyOrder(
            "GET /is_paused", "GET /is_sleeping", "GET /load", "POST /pause");
    assertThat(server.asked()).noneMatch(route -> route.startsWith("POST "));
  }

  @Test
  void fewRequestsAreMadePerScrape() {
    server.serveVllm("0.32.0-fresh");
    collect();
    int before = server.asked().size();
    collect();
    assertThat(server.asked().size() - before).isLessThanOrEqualTo(5);
  }

  @Test
  void aServerWithoutItsOwnFamiliesIsConfirmedAnotherWay() {
    server.serveVllm("0.32.0-log-stats-off-idle");
    assertThat(collect().signals().progress()).isNull();
    collect();
    assertThat(server.asked()).filteredOn("GET /v1/models"::equals).hasSize(1);
    source.probe(target, FakeScope.at(START));
  }

  @Test
  void metricsOfSomethingElseAreRefused() {
    server.serve("GET /metrics", 200, TEXT, "node_cpu_seconds_total 4\n");
    assertThat(refusal().code()).isEqualTo(ErrorCode.TARGET_NOT_VLLM);
    server.json("GET /version", "{\"version\":\"1.0\"}");
    server.json("GET /v1/models", "{\"data\":[{\"owned_by\":\"someone\"}]}");
    assertThat(refusal().code()).isEqualTo(ErrorCode.TARGET_NOT_VLLM);
  }

  @Test
  void whatIsNoPageIsRefusedByName() {
    for (String body : List.of("<html></html>", "{\"a\":1}", "")) {
      server.serve("GET /metrics", 200, TEXT, body);
      assertThat(refusal().code()).as(body).isEqualTo(ErrorCode.TARGET_NOT_METRICS);
    }
    server.serve("GET /metrics", 200, "application/json", "x 1\n");
    assertThat(refusal().code()).isEqualTo(ErrorCode.TARGET_NOT_METRICS);
    server.serve("GET /metrics", 404, TEXT, "no");
    assertThat(refusal().code()).isEqualTo(ErrorCode.TARGET_HTTP_STATUS);
  }

  @Test
  void aBrokenPageFailsTheScrapeButNotTheHealthSignal() {
    server.serve("GET /health", 200, "", "");
    server.serve("GET /metrics", 200, TEXT, "vllm:x 1f\n");
    RecordingSink sink = new RecordingSink();
    MonitorException refusal =
        catchThrowableOfType(
            MonitorException.class, () -> source.collect(target, sink, FakeScope.at(START)));
    assertThat(refusal.code()).isEqualTo(ErrorCode.SCRAPE_MALFORMED_LINE);
    assertThat(sink.signals().healthy()).isEqualTo(Answer.YES);
  }

  @Test
  void whenNoTimeIsLeftNothingMoreIsAsked() {
    server.serveVllm("0.32.0-fresh");
    RecordingSink sink = new RecordingSink();
    FakeScope[] scope = {FakeScope.at(START)};
    LoopbackHttp http = new LoopbackHttp(server.url());
    var context =
        FakePluginContext.forTarget(target)
            .with(
                call -> {
                  scope[0] = new FakeScope(START, Duration.ZERO);
                  return http.send(call);
                });
    new VllmSource(context)
        .collect(
            target,
            sink,
            new io.vllmmonitor.api.source.CollectScope() {
              @Override
              public Instant at() {
                return START;
              }

              @Override
              public Duration remaining() {
                return scope[0].remaining();
              }
            });
    assertThat(sink.samples()).isNotEmpty();
    assertThat(sink.signals().healthy()).isEqualTo(Answer.UNKNOWN);
    assertThat(server.asked()).containsExactly("GET /metrics");
  }

  @Test
  void aCounterThatFallsBeginsANewLifeWhereThereIsNoStartTime() {
    serveTokens(100);
    String first = collect().signals().incarnation();
    serveTokens(200);
    assertThat(collect().signals().incarnation()).isEqualTo(first).isNotNull();
    MetricsSource restarted = newSource();
    FakeState.savedBy(source).restoreInto(restarted);
    source = restarted;
    assertThat(collect().signals().incarnation()).isEqualTo(first);
    serveTokens(5);
    assertThat(collect().signals().incarnation()).startsWith("reset-1-").isNotEqualTo(first);
  }

  @Test
  void olderNamesAreDeclaredAsAliases() {
    MetricCatalog catalog = new MetricCatalog();
    catalog.add(source.metrics());
    assertThat(catalog.names("vllm:kv_cache_usage_perc"))
        .containsExactly(
            "vllm:kv_cache_usage_perc",
            "vllm:gpu_cache_usage_perc",
            "vllm_kv_cache_usage_perc",
            "vllm_gpu_cache_usage_perc");
    assertThat(catalog.names("vllm:inter_token_latency_seconds_bucket"))
        .contains("vllm:time_per_output_token_seconds_bucket");
  }

  @Test
  void everyFamilyOfEveryPageIsDeclared() {
    MetricCatalog catalog = new MetricCatalog();
    catalog.add(source.metrics());
    for (String page :
        List.of(
            "0.32.0-all-optional-after-load",
            "0.32.0-rust-front-end-after-load",
            "0.23.0-after-load",
            "0.17.1-after-load",
            "0.12.0-after-load")) {
      for (SeriesKey series : samplesOf(page).keySet()) {
        if (!series.name().endsWith("_created")) {
          assertThat(catalog.family(series.name())).as(series.name()).isPresent();
        }
      }
    }
  }

  private Map<SeriesKey, Double> samplesOf(String page) {
    RecordingSink sink = new RecordingSink();
    String text = VllmServerStub.page(page);
    new ExpositionReader()
        .read(text.getBytes(java.nio.charset.StandardCharsets.UTF_8), false, sink::sample);
    return sink.samples();
  }

  private void serveTokens(int count) {
    server.serve("GET /metrics", 200, TEXT, "vllm:generation_tokens_total " + count + "\n");
  }

  private @org.jspecify.annotations.Nullable Long progress(String page) {
    server.serve("GET /metrics", 200, TEXT, page);
    return collect().signals().progress();
  }

  private MonitorException refusal() {
    MonitorException probed =
        catchThrowableOfType(
            MonitorException.class, () -> source.probe(target, FakeScope.at(START)));
    MonitorException collected = catchThrowableOfType(MonitorException.class, this::collect);
    assertThat(collected.code()).isEqualTo(probed.code());
    return probed;
  }

  private RecordingSink collect() {
    RecordingSink sink = new RecordingSink();
    source.collect(target, sink, FakeScope.at(START.plusSeconds(second++)));
    return sink;
  }

  private MetricsSource newSource() {
    return new VllmSource(FakePluginContext.forTarget(target).with(new LoopbackHttp(server.url())));
  }
}
