package io.vllmmonitor.embed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.sample.Labels;
import io.vllmmonitor.api.sample.MetricType;
import io.vllmmonitor.api.sample.SampleBatch;
import io.vllmmonitor.api.sample.SeriesData;
import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.api.store.AppendResult;
import io.vllmmonitor.api.store.StorageBackend;
import io.vllmmonitor.api.target.TargetId;
import io.vllmmonitor.api.target.TargetMode;
import io.vllmmonitor.persistence.config.PersistenceConfig;
import io.vllmmonitor.testkit.time.ManualClock;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VllmMonitorTest {
  private static final Instant NOON = Instant.parse("2026-11-25T12:00:00Z");

  private final ManualClock clock = new ManualClock(NOON);

  @TempDir Path folder;

  private VllmMonitor open(String name) {
    return VllmMonitor.builder()
        .persistence(
            PersistenceConfig.builder(folder.resolve(name))
                .backend(StorageBackend.SQLITE)
                .reserveSize(0)
                .backupInterval(Duration.ZERO)
                .build())
        .target("http://127.0.0.1:9")
        .home(folder)
        .clock(clock)
        .start();
  }

  private static void fill(VllmMonitor monitor, Instant at, double value) {
    Labels labels = Labels.of(Map.of("instance", "gpu1:8000", "job", "vllm"));
    SampleBatch batch =
        new SampleBatch(
            new TargetId("gpu1:8000"),
            at,
            List.of(new SeriesKey("my_metric", labels)),
            new double[] {value});
    assertThat(monitor.samples().append(List.of(batch))).isEqualTo(AppendResult.allStored(1));
  }

  @Test
  void whatWasRememberedIsAnsweredAfterARestartToo() {
    try (VllmMonitor monitor = open("data")) {
      fill(monitor, NOON.minus(Duration.ofHours(30)), 1);
      fill(monitor, NOON.minus(Duration.ofHours(2)), 2);
    }
    try (VllmMonitor monitor = open("data")) {
      assertThat(monitor.getHistoricalMetrics(MetricType.CUSTOM))
          .filteredOn(data -> data.series().name().equals("my_metric"))
          .singleElement()
          .satisfies(data -> assertThat(data.value(0)).isEqualTo(2));
      assertThat(monitor.getHistoricalMetrics(MetricType.CUSTOM, 48))
          .filteredOn(data -> data.series().name().equals("my_metric"))
          .extracting(SeriesData::size)
          .containsExactly(2);
      assertThat(monitor.getHistoricalMetrics(MetricType.PERFORMANCE, 48)).isEmpty();
      assertThat(monitor.getMetrics(null, "my_metric", NOON.minusSeconds(10_000), NOON)).hasSize(1);
      assertThat(monitor.getStatistics().series().samples()).isGreaterThanOrEqualTo(2);
      assertThat(monitor.getMitigationHistory(null, null)).isEmpty();
      assertThat(monitor.getCheckpoints(null, null, null, 10)).hasSizeLessThanOrEqualTo(10);
      assertThat(monitor.url()).startsWith("http://127.0.0.1:");
    }
  }

  @Test
  void anExportIsTakenInByAnotherMonitor() {
    Path export = folder.resolve("export");
    try (VllmMonitor monitor = open("data")) {
      fill(monitor, NOON.minusSeconds(60), 42);
      assertThat(monitor.exportMonitoringData(export)).isNotNull();
      assertThat(export.resolve("manifest.json")).exists();
    }
    try (VllmMonitor other = open("other")) {
      assertThat(other.importMonitoringData(export, true)).isNotNull();
      assertThat(other.getMetrics(null, "my_metric", NOON.minusSeconds(100), NOON))
          .singleElement()
          .satisfies(data -> assertThat(data.value(0)).isEqualTo(42));
      assertThatThrownBy(() -> other.importMonitoringData(export, false))
          .isInstanceOfSatisfying(
              MonitorException.class,
              e -> assertThat(e.code()).isEqualTo(ErrorCode.IMPORT_REFUSED));
    }
  }

  @Test
  void aTargetIsWatchedAsTheProgramSays() throws Exception {
    Path data = Files.createDirectory(folder.resolve("data"));
    Files.writeString(
        data.resolve("monitor.yaml"),
        "targets:\n  - url: 127.0.0.1:9\n    mode: observe\n    scrape_interval: 9s\n");
    try (VllmMonitor monitor =
        VllmMonitor.builder()
            .persistence(PersistenceConfig.builder(data).reserveSize(0).build())
            .target("http://127.0.0.1:7")
            .target("http://127.0.0.1:9", TargetMode.ADVISE, Duration.ofMillis(700))
            .home(folder)
            .start()) {
      HttpResponse<String> targets =
          HttpClient.newHttpClient()
              .send(
                  HttpRequest.newBuilder(URI.create(monitor.url() + "/api/v1/targets")).build(),
                  HttpResponse.BodyHandlers.ofString());
      assertThat(targets.body())
          .contains(
              "\"mode\":\"ADVISE\",\"scrape_interval\":\"5s\"",
              "\"mode\":\"ADVISE\",\"scrape_interval\":\"700ms\"")
          .doesNotContain("OBSERVE");
    }
    assertThatThrownBy(
            () ->
                VllmMonitor.builder()
                    .persistence(PersistenceConfig.of(data))
                    .target("http://127.0.0.1:9", TargetMode.ACT, Duration.ofMillis(1))
                    .start())
        .isInstanceOf(MonitorException.class)
        .hasMessageContaining("10 ms");
  }

  @Test
  void wrongQuestionsAndASecondOwnerAreRefused() {
    try (VllmMonitor monitor = open("data")) {
      assertThatThrownBy(() -> monitor.getHistoricalMetrics(MetricType.CUSTOM, 0))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("hoursBack");
      assertThatThrownBy(() -> monitor.getCheckpoints(null, null, null, 0))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("limit");
      assertThatThrownBy(() -> open("data"))
          .isInstanceOfSatisfying(
              MonitorException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.STORE_OWNED));
    }
    assertThatThrownBy(() -> VllmMonitor.builder().start())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("persistence");
    assertThatThrownBy(
            () ->
                VllmMonitor.builder()
                    .persistence(PersistenceConfig.of(folder.resolve("data")))
                    .setting("storage.nothing", "1")
                    .start())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("storage.nothing");
  }
}
