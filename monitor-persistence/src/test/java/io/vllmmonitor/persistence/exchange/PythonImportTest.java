package io.vllmmonitor.persistence.exchange;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.history.HistoryQuery;
import io.vllmmonitor.api.lifecycle.FailureKind;
import io.vllmmonitor.api.lifecycle.LifecycleState;
import io.vllmmonitor.api.lifecycle.StateCheckpoint;
import io.vllmmonitor.api.mitigation.AttemptStatus;
import io.vllmmonitor.api.outcome.MitigationOutcome;
import io.vllmmonitor.api.prediction.ActualOutcome;
import io.vllmmonitor.api.prediction.PredictionConfidence;
import io.vllmmonitor.api.sample.MetricCatalog;
import io.vllmmonitor.api.sample.SeriesData;
import io.vllmmonitor.api.sample.SeriesSelector;
import io.vllmmonitor.persistence.engine.OpenStores;
import io.vllmmonitor.persistence.memory.StoredMemory;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.zip.DeflaterOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A data directory as the Python package wrote it. */
class PythonImportTest {
  private static final Object NULL = new Object();
  private static final double START = 1_700_000_000.25;

  @TempDir private Path folder;
  private Path python = Path.of("");

  @BeforeEach
  void write() throws Exception {
    python = Files.createDirectory(folder.resolve("python"));
    try (Connection connection =
        DriverManager.getConnection("jdbc:sqlite:" + python.resolve("monitor.db"))) {
      execute(connection, "BEGIN");
      tables(connection);
      metrics(connection);
      rows(connection);
      execute(connection, "COMMIT");
    }
    Files.writeString(
        python.resolve("guardrails.json"),
        """
        {"gpu_memory_critical": {"name": "gpu_memory_critical", "condition": "gpu > 95",
         "intervention": "emergency_gpu_memory_cleanup", "severity": "critical"}}
        """);
    Files.writeString(
        python.resolve("plugins.json"),
        """
        [{"name": "My Plugin", "version": "2.1", "source": "import os"}]
        """);
    Files.writeString(python.resolve("strategies.json"), "not json");
    Files.writeString(python.resolve("notes.txt"), "mine");
    Files.createDirectory(python.resolve("models"));
    Files.write(python.resolve("models/q_table.pkl"), new byte[] {(byte) 0x80, 4});
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static void tables(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      for (String sql :
          new String[] {
            "CREATE TABLE metrics (id INTEGER PRIMARY KEY AUTOINCREMENT, timestamp REAL NOT NULL,"
                + " metric_type TEXT, metric_name TEXT, value REAL, tags TEXT, metadata BLOB)",
            "CREATE TABLE checkpoints (id INTEGER PRIMARY KEY, timestamp REAL, state TEXT,"
                + " previous_state TEXT, transition_type TEXT, arguments TEXT, environment TEXT,"
                + " hardware_state TEXT, metrics TEXT, error_context TEXT,"
                + " guardrail_violations TEXT, interventions TEXT, metadata BLOB, mood TEXT)",
            "CREATE TABLE predictions (prediction_id TEXT PRIMARY KEY, timestamp REAL,"
                + " current_state TEXT, predicted_failure_state TEXT, failure_type TEXT,"
                + " time_to_failure REAL, probability REAL, confidence TEXT,"
                + " contributing_factors TEXT, recommended_mitigations TEXT, actual_outcome TEXT)",
            "CREATE TABLE mitigation_attempts (attempt_id TEXT PRIMARY KEY, timestamp REAL,"
                + " initial_state TEXT, initial_metrics TEXT, error_context TEXT,"
                + " strategy_name TEXT, interventions_executed TEXT, execution_time REAL,"
                + " outcome TEXT, final_state TEXT, final_metrics TEXT, side_effects TEXT,"
                + " failure_pattern_id TEXT, prediction_id TEXT, confidence_score REAL)",
            "CREATE TABLE happy_paths (path_id TEXT PRIMARY KEY, name TEXT, description TEXT,"
                + " start_state TEXT, end_state TEXT, checkpoints TEXT, metrics_profile TEXT,"
                + " guardrails TEXT, duration REAL, success_count INTEGER, failure_count INTEGER,"
                + " last_success REAL, created_at REAL)",
            "CREATE TABLE learning_data (id INTEGER PRIMARY KEY, timestamp REAL, state TEXT,"
                + " strategy_name TEXT, outcome TEXT, data TEXT)",
            "CREATE TABLE surprise (a TEXT)",
            "INSERT INTO surprise VALUES ('x'), ('y')"
          }) {
        statement.execute(sql);
      }
    }
  }

  private static void insert(Connection connection, String sql, Object... values)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      for (int i = 0; i < values.length; i++) {
        statement.setObject(i + 1, values[i] == NULL ? null : values[i]);
      }
      statement.executeUpdate();
    }
  }

  private static String packed(String json) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DeflaterOutputStream out = new DeflaterOutputStream(bytes)) {
      out.write(json.getBytes(UTF_8));
    }
    return Base64.getEncoder().encodeToString(bytes.toByteArray());
  }

  private static void metrics(Connection connection) throws Exception {
    String sql =
        "INSERT INTO metrics (timestamp, metric_type, metric_name, value, tags, metadata)"
            + " VALUES (?, ?, ?, ?, ?, ?)";
    for (int i = 0; i < 2_000; i++) {
      insert(
          connection,
          sql,
          START + i,
          "performance",
          "throughput",
          i * 0.5,
          "{\"gpu\": \"" + i % 2 + "\"}",
          i == 0 ? packed("{\"host\": \"a\"}") : NULL);
    }
    insert(connection, sql, START, "performance", "throughput", 7.0, "{\"gpu\": \"0\"}", NULL);
    insert(connection, sql, START, "performance", NULL, 1.0, NULL, NULL);
    insert(connection, sql, START, "custom", "text_value", "high", NULL, NULL);
  }

  private static void rows(Connection connection) throws Exception {
    String checkpoint = "INSERT INTO checkpoints VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    insert(
        connection,
        checkpoint,
        1,
        START,
        "ready",
        "LifecycleState.LOADING_MODEL",
        "STARTUP",
        "{\"model\": \"m\"}",
        "{\"HF_TOKEN\": \"hf_secret\", \"HOME\": \"/root\"}",
        "{\"gpus\": 2}",
        "{\"memory_percent\": 71.5, \"note\": \"x\"}",
        NULL,
        "[\"memory_threshold\"]",
        NULL,
        packed("{\"run\": \"7\"}"),
        "good");
    insert(
        connection,
        checkpoint,
        2,
        START,
        "DREAMING",
        NULL,
        NULL,
        NULL,
        NULL,
        NULL,
        NULL,
        NULL,
        NULL,
        NULL,
        NULL,
        NULL);
    insert(
        connection,
        "INSERT INTO predictions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        "p1",
        START,
        "SERVING",
        "ERROR",
        "memory_exhaustion",
        120.5,
        0.83,
        "HIGH",
        "[\"memory\"]",
        "[\"reduce_batch_size\"]",
        NULL);
    insert(
        connection,
        "INSERT INTO predictions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        "p2",
        START,
        "SERVING",
        NULL,
        "request_backlog",
        NULL,
        0.3,
        NULL,
        "{\"queue\": 7}",
        "[]",
        "false_alarm");
    insert(
        connection,
        "INSERT INTO mitigation_attempts VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        "a1",
        START + 1,
        "ERROR",
        "{\"kv\": 0.99}",
        "CUDA OOM",
        "reduce_batch_size",
        "[\"shrink\", \"flush\"]",
        3.5,
        "partial_success",
        "SERVING",
        "{\"kv\": 0.5}",
        "[\"slower\"]",
        "pattern-1",
        "p1",
        0.9);
    insert(
        connection,
        "INSERT INTO happy_paths VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        "h1",
        "morning",
        "a good start",
        "INITIALIZING",
        "SERVING",
        "[1, 2]",
        "{\"kv\": {\"mean\": 0.4}}",
        "[]",
        42.0,
        3,
        1,
        START,
        START - 5);
    insert(
        connection,
        "INSERT INTO learning_data VALUES (?, ?, ?, ?, ?, ?)",
        1,
        START,
        "ERROR",
        "reduce_batch_size",
        "SUCCESS",
        "{\"q\": 1}");
    insert(
        connection,
        "INSERT INTO learning_data VALUES (?, ?, ?, ?, ?, ?)",
        2,
        START,
        NULL,
        NULL,
        NULL,
        "{\"q_table\": []}");
  }

  @Test
  void everythingThatHasAPlaceComesInAndTheRestIsCounted() throws Exception {
    Map<String, String> before = TestStores.bytes(python);
    TestStores stores = new TestStores(folder.resolve("data"));
    ImportReport report = stores.merge(python);
    assertThat(TestStores.bytes(python)).isEqualTo(before);
    assertThat(report.source()).isEqualTo("python");
    assertThat(report.notes())
        .contains(
            "checkpoints: rows with an unknown state, left out: 1",
            "checkpoints: values in the unknown column 'mood', left out: 1",
            "learning_data: rows without a strategy and its outcome, left out: 1",
            "learning_data: values in the unknown column 'data', left out: 1",
            "metrics: further values of one series at one millisecond, the greater one kept: 1",
            "metrics: metadata of samples, which have no place here, left out: 1",
            "metrics: rows without a time, a name or a number, left out: 2",
            "models/q_table.pkl refused, since reading a Python pickle runs code that is in it: 1",
            "strategies.json left out, since it is no JSON: 1",
            "the unknown file 'notes.txt', left out: 1",
            "the unknown table 'surprise' with 2 rows, left out: 1");
    assertSamples(stores);
    assertRecords(stores);
    assertThat(stores.merge(python).parts())
        .allMatch(part -> part.added() == 0 && part.changed() == 0);
    stores.export(folder.resolve("out"));
    new TestStores(folder.resolve("next")).merge(folder.resolve("out"));
  }

  private static void assertSamples(TestStores stores) {
    var found =
        stores.series.read(
            SeriesSelector.parse("throughput{gpu=\"0\"}"), Instant.EPOCH, TestStores.NOON, 5_000);
    assertThat(found).hasSize(1);
    SeriesData series = found.get(0);
    assertThat(series.size()).isEqualTo(1_000);
    assertThat(series.epochMillis(0)).isEqualTo(1_700_000_000_250L);
    assertThat(series.value(0)).isEqualTo(7.0);
    assertThat(series.series().labels().toMap())
        .containsEntry("metric_type", "performance")
        .containsEntry("instance", "imported");
  }

  private static void assertRecords(TestStores stores) {
    StoredMemory history = new StoredMemory(stores.series, stores.records, new MetricCatalog());
    var checkpoints = history.checkpoints(HistoryQuery.newest(), null).items();
    var checkpoint = checkpoints.get(0);
    assertThat(checkpoint.state()).isEqualTo(LifecycleState.READY);
    assertThat(checkpoint.previousState()).isEqualTo(LifecycleState.LOADING_MODEL);
    assertThat(checkpoint.metadata()).containsEntry("run", "7");
    assertThat(checkpoint.environment())
        .containsEntry("HF_TOKEN", "[redacted]")
        .containsEntry("HOME", "/root");
    assertThat(checkpoint.metrics()).containsEntry("memory_percent", 71.5);
    var attempt = history.attempts(HistoryQuery.newest(), null, null, null).items().get(0);
    assertThat(attempt.outcome()).isEqualTo(MitigationOutcome.PARTIAL_SUCCESS);
    assertThat(attempt.status()).isEqualTo(AttemptStatus.SUCCEEDED);
    assertThat(attempt.plan().steps()).hasSize(2);
    assertThat(history.learningEvents(HistoryQuery.newest()).items()).hasSize(1);
    assertForecastsAndPaths(history, checkpoints);
    assertThat(history.generations(null))
        .extracting(generation -> generation.unit())
        .containsExactlyInAnyOrder(
            "python.guardrail.gpu-memory-critical", "python.plugin.my-plugin");
    assertThat(stores.blobs.hashes()).hasSize(2);
  }

  private static void assertForecastsAndPaths(
      StoredMemory history, List<StateCheckpoint> checkpoints) {
    var predictions =
        history.predictions(HistoryQuery.newest(), FailureKind.MEMORY_EXHAUSTION, 0.8).items();
    assertThat(predictions)
        .singleElement()
        .satisfies(
            prediction -> {
              assertThat(prediction.id()).isEqualTo("python-p1");
              assertThat(prediction.currentState()).isEqualTo(LifecycleState.SERVING);
              assertThat(prediction.predictedFailureState()).isEqualTo(LifecycleState.ERROR);
              assertThat(prediction.timeToFailure()).isEqualTo(Duration.ofMillis(120_500));
              assertThat(prediction.probability()).isEqualTo(0.83);
              assertThat(prediction.confidence()).isEqualTo(PredictionConfidence.HIGH);
              assertThat(prediction.contributingFactors()).containsExactly("memory");
              assertThat(prediction.recommendedMitigations()).containsExactly("reduce_batch_size");
              assertThat(prediction.actualOutcome()).isNull();
            });
    var resolved =
        history.predictions(HistoryQuery.newest(), FailureKind.REQUEST_BACKLOG, 0).items().get(0);
    assertThat(resolved.contributingFactors()).containsExactly("queue 7");
    assertThat(resolved.confidence()).isEqualTo(PredictionConfidence.LOW);
    assertThat(requireNonNull(resolved.actualOutcome()).result())
        .isEqualTo(ActualOutcome.Result.FALSE_ALARM);
    assertThat(history.happyPaths(HistoryQuery.newest(), "morning", null, null).items())
        .singleElement()
        .satisfies(
            path -> {
              assertThat(path.id()).isEqualTo("python-h1");
              assertThat(path.startState()).isEqualTo(LifecycleState.INITIALIZING);
              assertThat(path.duration()).isEqualTo(Duration.ofSeconds(42));
              assertThat(path.successCount()).isEqualTo(3);
              assertThat(requireNonNull(path.metricsProfile().get("kv")).mean()).isEqualTo(0.4);
              assertThat(path.checkpoints())
                  .isNotEmpty()
                  .isSubsetOf(checkpoints.stream().map(StateCheckpoint::id).toList());
            });
  }

  @Test
  void aPythonDirectoryIsNotReplacedInto() throws Exception {
    TestStores stores = new TestStores(folder.resolve("data"));
    assertThatThrownBy(() -> stores.run(python, ImportMode.REPLACE, false))
        .isInstanceOfSatisfying(
            MonitorException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.IMPORT_REFUSED));
  }

  @Test
  void theRefusalOfSuchADirectoryAsOursNamesTheImport() {
    assertThatThrownBy(
            () -> OpenStores.in(python, new TestStores(folder.resolve("data")).clock).close())
        .isInstanceOfSatisfying(
            MonitorException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.STORE_FOREIGN))
        .hasMessageContaining("vllm-monitor import " + python + " --merge --data DIR");
  }
}
