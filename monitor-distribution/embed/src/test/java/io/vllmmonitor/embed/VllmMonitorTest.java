package io.vllmmonitor.embed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.history.AuditEntry;
import io.vllmmonitor.api.history.HistoryQuery;
import io.vllmmonitor.api.history.Problem;
import io.vllmmonitor.api.lifecycle.FailureKind;
import io.vllmmonitor.api.lifecycle.LifecycleState;
import io.vllmmonitor.api.outcome.HappyPath;
import io.vllmmonitor.api.prediction.ActualOutcome;
import io.vllmmonitor.api.prediction.FailurePrediction;
import io.vllmmonitor.api.prediction.PredictionConfidence;
import io.vllmmonitor.api.sample.Labels;
import io.vllmmonitor.api.sample.MetricCatalog;
import io.vllmmonitor.api.sample.MetricType;
import io.vllmmonitor.api.sample.SampleBatch;
import io.vllmmonitor.api.sample.SeriesData;
import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.api.store.AppendResult;
import io.vllmmonitor.api.store.RecordKind;
import io.vllmmonitor.api.store.RecordStore;
import io.vllmmonitor.api.store.StorageBackend;
import io.vllmmonitor.api.store.StoredRecord;
import io.vllmmonitor.api.target.TargetId;
import io.vllmmonitor.api.target.TargetMode;
import io.vllmmonitor.persistence.config.PersistenceConfig;
import io.vllmmonitor.persistence.engine.DataDirectory;
import io.vllmmonitor.persistence.engine.StoreEngine;
import io.vllmmonitor.persistence.memory.StoredMemory;
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
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class VllmMonitorTest {
  private static final Instant NOON = Instant.parse("2026-11-25T12:00:00Z");

  private final ManualClock clock = new ManualClock(NOON);

  @TempDir Path folder;

  private VllmMonitor open(String name) {
    return open(name, StorageBackend.SQLITE);
  }

  private VllmMonitor open(String name, StorageBackend backend) {
    return VllmMonitor.builder()
        .persistence(
            PersistenceConfig.builder(folder.resolve(name))
                .backend(backend)
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

  @ParameterizedTest
  @EnumSource(StorageBackend.class)
  void whatWasRememberedIsAnsweredAfterARestartToo(StorageBackend backend) {
    try (VllmMonitor monitor = open("data", backend)) {
      fill(monitor, NOON.minus(Duration.ofHours(30)), 1);
      fill(monitor, NOON.minus(Duration.ofHours(2)), 2);
    }
    try (VllmMonitor monitor = open("data", backend)) {
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

  @ParameterizedTest
  @EnumSource(StorageBackend.class)
  void anExportIsTakenInByAnotherMonitor(StorageBackend backend) {
    Path export = folder.resolve("export");
    try (VllmMonitor monitor = open("data", backend)) {
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

  private static FailurePrediction prediction(String id, FailureKind kind, int secondsAgo) {
    return new FailurePrediction(
        id,
        new TargetId("gpu1:8000"),
        NOON.minusSeconds(secondsAgo),
        LifecycleState.SERVING,
        null,
        kind,
        Duration.ofSeconds(90),
        null,
        null,
        0.9,
        PredictionConfidence.HIGH,
        List.of(),
        List.of(),
        "mine",
        1,
        null);
  }

  @Test
  void predictionsOfTheProgramAreRememberedAndResolved() {
    FailurePrediction first = prediction("p1", FailureKind.CUDA_OOM, 100);
    FailurePrediction second = prediction("p2", FailureKind.CACHE_OVERFLOW, 50);
    try (VllmMonitor monitor = open("data")) {
      monitor.savePrediction(first);
      monitor.savePrediction(second);
    }
    try (VllmMonitor monitor = open("data")) {
      FailurePrediction resolved =
          second.resolved(
              new ActualOutcome(ActualOutcome.Result.FALSE_ALARM, NOON, null, "it held"));
      monitor.savePrediction(resolved);
      assertThat(monitor.getPredictions(null, null, null, 10)).containsExactly(resolved, first);
      assertThat(monitor.getPredictions(null, null, null, 1)).containsExactly(resolved);
      assertThat(monitor.getPredictions(FailureKind.CUDA_OOM, null, null, 10))
          .containsExactly(first);
      assertThat(monitor.getPredictions(null, null, NOON.minusSeconds(60), 10))
          .containsExactly(first);
    }
  }

  @Test
  void happyPathsAreFoundByTheirStates() {
    HappyPath path =
        new HappyPath(
            "h1",
            "drain",
            "",
            new TargetId("gpu1:8000"),
            LifecycleState.ERROR,
            LifecycleState.SERVING,
            List.of("pause-and-drain"),
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            Map.of(),
            Duration.ofSeconds(40),
            1,
            0,
            NOON,
            NOON);
    fillStore(records -> records.write(StoredMemory.rows(entries -> entries.happyPath(path))));
    try (VllmMonitor monitor = open("data")) {
      assertThat(monitor.getHappyPaths()).containsExactly(path);
      assertThat(monitor.getHappyPaths(LifecycleState.ERROR, LifecycleState.SERVING))
          .containsExactly(path);
      assertThat(monitor.getHappyPaths(LifecycleState.READY, null)).isEmpty();
      assertThat(monitor.getHappyPaths(null, LifecycleState.READY)).isEmpty();
    }
  }

  @Test
  void aDamagedRowIsLeftOutOfTheAnswerAndBecomesAProblem() throws Exception {
    FailurePrediction good = prediction("p1", FailureKind.CUDA_OOM, 100);
    fillStore(
        records -> {
          records.write(StoredMemory.rows(entries -> entries.prediction(good)));
          records.write(
              List.of(
                  new StoredRecord(
                      RecordKind.PREDICTIONS, "bad", NOON, null, Map.of(), "{\"id\":7}")));
        });
    try (VllmMonitor monitor = open("data")) {
      assertThat(monitor.getPredictions(null, null, null, 10)).containsExactly(good);
      assertThat(get(monitor, "/api/v1/predictions")).contains("\"passed_over\":1");
      assertThat(get(monitor, "/api/v1/problems"))
          .contains("VMON-7002", "table predictions", "'bad'", "\"count\":2");
    }
  }

  private static String get(VllmMonitor monitor, String path) throws Exception {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(URI.create(monitor.url() + path)).build(),
            HttpResponse.BodyHandlers.ofString())
        .body();
  }

  /** Writes what a monitor would have remembered. */
  private void fillStore(Consumer<RecordStore> rows) {
    PersistenceConfig config =
        PersistenceConfig.builder(folder.resolve("data"))
            .backend(StorageBackend.SQLITE)
            .reserveSize(0)
            .build();
    try (DataDirectory directory = DataDirectory.open(config.storageDir(), clock);
        StoreEngine store =
            StoreEngine.open(directory, config, new MetricCatalog(), clock, System::nanoTime)) {
      rows.accept(store.records());
    }
  }

  @Test
  void anotherProgramsLifeIsAuditedFromStartToShutdown() {
    try (VllmMonitor monitor = open("data")) {
      assertThat(monitor.exportMonitoringData(folder.resolve("export"))).isNotNull();
      assertThatThrownBy(() -> monitor.saveHappyPath("none", "x"))
          .isInstanceOfSatisfying(
              MonitorException.class,
              e -> assertThat(e.code()).isEqualTo(ErrorCode.INCIDENT_NOT_FOUND));
      assertThat(monitor.getHappyPaths()).isEmpty();
      clock.advance(Duration.ofSeconds(1));
    }
    clock.advance(Duration.ofSeconds(1));
    try (VllmMonitor monitor = open("data")) {
      List<AuditEntry> entries =
          monitor.history().audit(HistoryQuery.newest(), null, null, null, null).items();
      assertThat(entries)
          .extracting(entry -> entry.actor() + " " + entry.action() + " " + entry.result())
          .containsExactly(
              "monitor START DONE",
              "monitor SHUTDOWN DONE",
              "embed HAPPY_PATH_SAVE REFUSED",
              "embed EXPORT DONE",
              "monitor START DONE",
              "monitor TARGET_MODE DONE");
      assertThat(entries.get(5).subject()).isEqualTo("127.0.0.1:9");
      assertThat(entries.get(5).values()).isEqualTo(Map.of("mode", "ADVISE"));
      assertThat(entries.get(4).values()).containsEntry("targets", "1");
    }
  }

  @Test
  void theTwinsOfHybridAreThereAfterTheStopAndAnEditedOneIsTold() throws Exception {
    Path data = folder.resolve("data");
    try (VllmMonitor monitor = open("data", StorageBackend.HYBRID)) {
      assertThat(monitor.url()).isNotEmpty();
    }
    Path twin = data.resolve("guardrails.json");
    assertThat(twin).content().contains("\"twin_of\" : \"monitor.db\"", "\"entries\" : [ ]");
    assertThat(data.resolve("plugins.json")).exists();
    assertThat(data.resolve("strategies.json")).exists();
    assertThat(data.resolve("happy_paths.json")).exists();
    Files.writeString(twin, Files.readString(twin).replace("[ ]", "[ \"mine\" ]"));
    try (VllmMonitor monitor = open("data", StorageBackend.HYBRID)) {
      assertThat(monitor.history().problems(HistoryQuery.newest()).items())
          .extracting(Problem::code, Problem::subject)
          .contains(tuple(ErrorCode.STORE_TWIN_CHANGED, "guardrails.json"));
    }
    assertThat(twin).content().doesNotContain("mine");
  }

  @Test
  void theFormWithoutTwinsHasNone() {
    open("data", StorageBackend.SQLITE).close();
    assertThat(folder.resolve("data/guardrails.json")).doesNotExist();
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
