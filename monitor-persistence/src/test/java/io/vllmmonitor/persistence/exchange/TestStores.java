package io.vllmmonitor.persistence.exchange;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.vllmmonitor.api.code.CodeGeneration;
import io.vllmmonitor.api.code.CodeKind;
import io.vllmmonitor.api.code.CodeStatus;
import io.vllmmonitor.api.extension.StateSnapshot;
import io.vllmmonitor.api.guardrail.Severity;
import io.vllmmonitor.api.incident.Incident;
import io.vllmmonitor.api.incident.IncidentStatus;
import io.vllmmonitor.api.learning.LearningEvent;
import io.vllmmonitor.api.lifecycle.FailureKind;
import io.vllmmonitor.api.lifecycle.LifecycleState;
import io.vllmmonitor.api.lifecycle.StateCheckpoint;
import io.vllmmonitor.api.lifecycle.StateTransition;
import io.vllmmonitor.api.outcome.MitigationOutcome;
import io.vllmmonitor.api.sample.Labels;
import io.vllmmonitor.api.sample.SampleBatch;
import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.api.store.AppendMode;
import io.vllmmonitor.api.store.RecordKind;
import io.vllmmonitor.api.store.StoredRecord;
import io.vllmmonitor.api.target.TargetId;
import io.vllmmonitor.persistence.disk.Hashes;
import io.vllmmonitor.persistence.memory.StoredMemory;
import io.vllmmonitor.testkit.store.InMemoryBlobStore;
import io.vllmmonitor.testkit.store.InMemoryRecordStore;
import io.vllmmonitor.testkit.time.ManualClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Stores on the heap with something in them, and a directory for their journal. */
final class TestStores {
  /** A happy path as no writer of ours spells it: bytes must survive, not only meaning. */
  private static final String SPREAD_PATH =
      """
      { "id" : "odd", "name":"", "description":"", "target":"gpu1:8000", "start_state":"READY",
        "end_state":"SERVING", "strategies":[], "steps":[], "checkpoints":[ "c" ], "attempts":[],
        "incidents":[], "guardrails":[], "metrics_profile":{"kv":{"mean":1.50,"std":0.0,"min":1,
        "max":2,"count":3}}, "duration":"90s", "success_count":1, "failure_count":0,
        "last_success":null, "saved_at":"2026-11-25T12:00:00Z" }""";

  static final Instant NOON = Instant.parse("2026-11-25T12:00:00Z");
  static final TargetId TARGET = new TargetId("gpu1:8000");
  static final double STALE = Double.longBitsToDouble(0x7ff0000000000002L);
  static final double[] ODD = {
    STALE,
    Double.NaN,
    Double.longBitsToDouble(0xfff8000000000123L),
    -0.0,
    0.0,
    Double.POSITIVE_INFINITY,
    Double.NEGATIVE_INFINITY,
    Double.MIN_VALUE,
    Double.MAX_VALUE,
    2e-3,
    Double.longBitsToDouble(0x44c52d02c7e14af6L), // just below 2e23
    9007199254740994.0,
    1e15,
    -12345
  };

  final ManualClock clock = ManualClock.at("2026-11-25T12:00:00Z");
  final DailySeriesStore series = new DailySeriesStore(clock);
  final InMemoryRecordStore records = new InMemoryRecordStore();
  final InMemoryBlobStore blobs = new InMemoryBlobStore();
  final Path data;

  TestStores(Path data) throws IOException {
    this.data = Files.createDirectories(data);
  }

  ExchangeStores stores() {
    return new ExchangeStores(series, records, blobs);
  }

  ExportReport export(Path directory) {
    return export(ExportOptions.everything(directory));
  }

  ExportReport export(ExportOptions options) {
    return new Exporter(stores(), data, "0.1.0").export(options, new ExchangeProgress());
  }

  ImportReport merge(Path directory) {
    return run(directory, ImportMode.MERGE, false);
  }

  ImportReport run(Path directory, ImportMode mode, boolean dryRun) {
    return importer()
        .run(new ImportOptions(directory, mode, dryRun, CodeTrust.TRUST), new ExchangeProgress());
  }

  Importer importer() {
    return new Importer(stores(), data, clock);
  }

  static SeriesKey key(String name, String engine) {
    return new SeriesKey(
        name, Labels.of(Map.of("engine", engine, "instance", "gpu1:8000", "job", "vllm")));
  }

  void put(Instant at, SeriesKey key, double value) {
    series.append(
        List.of(new SampleBatch(TARGET, at, List.of(key), new double[] {value})),
        AppendMode.IMPORTED);
  }

  /** Three days of samples, every odd value, and records of many kinds. */
  TestStores fill(long seed) {
    Random random = new Random(seed);
    List<SeriesKey> keys =
        List.of(key("vllm:a", "0"), key("vllm:a", "1"), key("vllm:ü \"q\"", "0"));
    for (int i = 0; i < 400; i++) {
      Instant at = NOON.minusSeconds(3 * 86_400L).plusSeconds(i * 647L);
      double value = ODD[random.nextInt(ODD.length)] + (random.nextBoolean() ? 0 : i);
      put(at, keys.get(random.nextInt(keys.size())), value);
      put(at, key("vllm:counter", "0"), i);
    }
    for (int i = 0; i < ODD.length; i++) {
      put(NOON.minusSeconds(i), key("vllm:odd", "0"), ODD[i]);
    }
    String hash = blobs.put(("code of " + seed).getBytes(UTF_8));
    blobs.put("named by nothing".getBytes(UTF_8));
    records.write(
        StoredMemory.rows(
            entries -> {
              entries.incident(incident("i-" + seed, NOON.minusSeconds(60), IncidentStatus.OPEN));
              entries.incident(incident("i-both", NOON.minusSeconds(90), IncidentStatus.OPEN));
              entries.checkpoint(checkpoint("c-" + seed, NOON.minusSeconds(10)));
              entries.learning(
                  new LearningEvent(
                      "a-" + seed, TARGET, "s", "t", MitigationOutcome.SUCCESS, NOON));
              entries.generation(generation("unit-" + seed, hash, CodeStatus.REMOVED));
              entries.state(state("counts", NOON.plusMillis(seed), "{\"n\":" + seed + "}"));
              entries.state(
                  new StateSnapshot("last-stop", null, "core", "", 1, NOON, "\"" + seed + "\""));
              entries.state(
                  new StateSnapshot(
                      "trust:acme", null, "core", "", 1, NOON, "{\"key\":" + seed + "}"));
            }));
    records.write(
        List.of(
            new StoredRecord(
                RecordKind.HAPPY_PATHS,
                "odd, \"id\"\nof " + seed,
                NOON,
                null,
                Map.of("name", "", "start_state", "a,b"),
                SPREAD_PATH),
            new StoredRecord(
                RecordKind.AUDIT, "x-" + seed, NOON, null, Map.of(), "{\"a\":" + seed + "}")));
    return this;
  }

  static Incident incident(String id, Instant at, IncidentStatus status) {
    return new Incident(
        id,
        TARGET,
        FailureKind.CACHE_OVERFLOW,
        status,
        Severity.ERROR,
        "KV – full",
        at,
        status == IncidentStatus.OPEN ? null : at.plusSeconds(30),
        List.of("f1"));
  }

  static StateCheckpoint checkpoint(String id, Instant at) {
    return new StateCheckpoint(
        id,
        TARGET,
        at,
        LifecycleState.SERVING,
        LifecycleState.READY,
        StateTransition.STARTUP,
        "it moves",
        Map.of("a", "1"),
        Map.of(),
        Map.of(),
        Map.of("x", 0.25, "y", Double.NaN),
        null,
        List.of(),
        List.of(),
        Map.of());
  }

  static CodeGeneration generation(String unit, String hash, CodeStatus status) {
    return new CodeGeneration(
        unit, CodeKind.SOURCE, "1", 1, hash, hash, "X.java", status, "why", NOON);
  }

  static StateSnapshot state(String extension, Instant savedAt, String fields) {
    return new StateSnapshot(extension, null, "learner-counts", "", 1, savedAt, fields);
  }

  /** Everything below a directory: names and bytes. */
  static Map<String, String> bytes(Path directory) throws IOException {
    Map<String, String> bytes = new TreeMap<>();
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        bytes.put(directory.relativize(file).toString(), Hashes.sha256(Files.readAllBytes(file)));
      }
    }
    return bytes;
  }

  /** The whole content, as an export without the diary shows it. */
  Map<String, String> content(Path scratch) throws IOException {
    export(scratch);
    return bytes(scratch);
  }

  @Nullable StoredRecord find(RecordKind kind, String id) {
    return records.find(kind, id).orElse(null);
  }
}
