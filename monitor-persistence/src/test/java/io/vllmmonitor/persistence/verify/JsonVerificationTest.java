package io.vllmmonitor.persistence.verify;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.history.Problem;
import io.vllmmonitor.api.sample.Labels;
import io.vllmmonitor.api.sample.SampleBatch;
import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.api.store.AppendMode;
import io.vllmmonitor.api.store.AppendResult;
import io.vllmmonitor.api.store.RecordKind;
import io.vllmmonitor.api.store.RecordQuery;
import io.vllmmonitor.api.store.RecordReader;
import io.vllmmonitor.api.store.StorageBackend;
import io.vllmmonitor.api.store.StoredRecord;
import io.vllmmonitor.api.target.TargetId;
import io.vllmmonitor.persistence.config.PersistenceConfig;
import io.vllmmonitor.persistence.engine.OpenStores;
import io.vllmmonitor.persistence.engine.StoreEngine;
import io.vllmmonitor.persistence.memory.StoredMemory;
import io.vllmmonitor.testkit.time.ManualClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonVerificationTest {
  private static final String TAIL = "metrics/2026-11-25.jsonl";
  private static final String MANIFEST = "records/records.json";
  private static final int ZSTD_HEAD = 20; // holds bits that mean nothing
  private static final List<SeriesKey> PAGE =
      IntStream.range(0, 5)
          .mapToObj(i -> new SeriesKey("m" + i, Labels.of(Map.of("instance", "gpu1:8000"))))
          .toList();

  private final ManualClock clock = ManualClock.at("2026-11-25T12:00:00Z");
  private final Random random = new Random(25);

  @TempDir Path folder;

  private Path data() {
    return folder.resolve("data");
  }

  private PersistenceConfig config(boolean compress) {
    return PersistenceConfig.builder(data())
        .backend(StorageBackend.JSON)
        .batchSize(3)
        .compressionEnabled(compress)
        .reserveSize(0)
        .build();
  }

  private OpenStores open(boolean compress) {
    return OpenStores.in(config(compress), clock);
  }

  private void append(StoreEngine engine, Instant at) {
    double[] values = random.doubles(PAGE.size()).toArray();
    SampleBatch batch = new SampleBatch(new TargetId("x:1"), at, PAGE, values);
    assertThat(engine.series().append(List.of(batch), AppendMode.IMPORTED))
        .isEqualTo(AppendResult.allStored(PAGE.size()));
  }

  private void problem(StoreEngine engine, String subject) {
    Instant now = clock.instant();
    Problem problem =
        new Problem(ErrorCode.STORE_IO, Blame.ENVIRONMENT, subject, "slow disk", 1, now, now);
    engine.records().write(StoredMemory.rows(entries -> entries.problem(problem)));
  }

  /** Files of every sort: two days, sealed and growing; rows in files and in the journal. */
  private void writeAStore(boolean compress) {
    try (OpenStores stores = open(compress)) {
      StoreEngine engine = stores.engine();
      for (int i = 0; i < 6; i++) {
        problem(engine, "disk" + i);
      }
      rewriteRecords(engine);
      problem(engine, "another");
      String unused = engine.blobs().put("class Guardrail {} // plain".getBytes(UTF_8));
      unused = engine.blobs().put("class Guardrail {} ".repeat(100).getBytes(UTF_8));
      for (int day = 1; day >= 0; day--) {
        for (int i = 0; i < 20; i++) {
          append(engine, clock.instant().minus(Duration.ofDays(day)).minusSeconds(600L - i));
        }
      }
      engine.series().flush();
      for (int i = 0; i < 13; i++) { // more than four times three are sealed at once
        append(engine, clock.instant().minusSeconds(60L - i));
      }
      append(engine, clock.instant());
      append(engine, clock.instant().plusSeconds(1));
    }
  }

  /** Brings all rows into files of their kinds. */
  private static void rewriteRecords(StoreEngine engine) {
    List<StoredRecord> rows = new ArrayList<>();
    engine.records().snapshot(reader -> rows.addAll(problems(reader)));
    engine.records().replace(Set.of(RecordKind.PROBLEMS), rows.iterator());
  }

  private static List<StoredRecord> problems(RecordReader reader) {
    return reader.query(RecordQuery.newest(RecordKind.PROBLEMS, 1_000)).records();
  }

  private VerifyReport verify() {
    return verify(Usage.atRest());
  }

  private VerifyReport verify(Usage usage) {
    return new Verification(clock, System::nanoTime)
        .directory(config(true), usage, VerifyWatch.none());
  }

  private static Map<String, Long> checked(VerifyReport report, String part) {
    return report.parts().stream()
        .filter(found -> found.name().equals(part))
        .findFirst()
        .orElseThrow()
        .checked();
  }

  private static void assertHealthy(VerifyReport report) {
    assertThat(report.findings()).isEmpty();
    assertThat(report.totalFindings()).isZero();
    assertThat(report.opened()).isTrue();
  }

  private List<String> files() throws IOException {
    try (Stream<Path> files = Files.walk(data())) {
      return files
          .filter(Files::isRegularFile)
          .map(file -> data().relativize(file).toString())
          .filter(name -> name.contains("/"))
          .sorted()
          .toList();
    }
  }

  private String only(String start, String end) throws IOException {
    return files().stream()
        .filter(name -> name.startsWith(start) && name.endsWith(end))
        .findFirst()
        .orElseThrow();
  }

  private Map<String, String> content() throws IOException {
    Map<String, String> found = new HashMap<>();
    for (String file : files()) {
      found.put(file, Arrays.toString(Files.readAllBytes(data().resolve(file))));
    }
    return found;
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aHealthyStoreHasNoFindingsAndEveryPieceOfItWasRead(boolean compress) throws IOException {
    writeAStore(compress);
    Map<String, String> before = content();

    VerifyReport report = verify();

    assertHealthy(report);
    assertThat(report.notes()).isEmpty();
    assertThat(checked(report, "records"))
        .containsEntry("problems", 7L)
        .containsEntry("transactions", 1L)
        .containsEntry("blobs", 2L);
    assertThat(checked(report, "samples"))
        .containsEntry("samples", 55L * PAGE.size())
        .containsEntry("batches", 3L);
    assertThat(content()).isEqualTo(before);
  }

  @Test
  void aStoreIsHealthyAfterEveryKindOfMaintenance() {
    writeAStore(true);
    try (OpenStores stores = open(false)) { // both forms lie there now
      StoreEngine engine = stores.engine();
      List<StoredRecord> many = new ArrayList<>();
      for (int i = 0; i < 5_000; i++) {
        Problem problem =
            new Problem(
                ErrorCode.STORE_IO,
                Blame.ENVIRONMENT,
                "p" + i,
                "slow",
                1,
                clock.instant(),
                clock.instant());
        many.addAll(StoredMemory.rows(entries -> entries.problem(problem)));
      }
      engine.records().write(many);
      assertHealthy(verify());
      engine.maintain();
      assertThat(data().resolve("records/journal.3.jsonl")).isEmptyFile();
      assertHealthy(verify());
      assertThat(engine.records().delete(RecordKind.PROBLEMS, Set.of(many.get(0).id()))).isOne();
      append(engine, clock.instant().minus(Duration.ofDays(1))); // late
      engine.series().flush();
      VerifyReport report = verify();
      assertHealthy(report);
      assertThat(checked(report, "records")).containsEntry("problems", 5_006L);
      engine.series().remove(Set.of("2026-11-24"));
      assertHealthy(verify());
    }
    VerifyReport report = verify();
    assertHealthy(report);
    assertThat(report.notes()).isEmpty();
    assertThat(checked(report, "samples")).containsEntry("samples", 35L * PAGE.size());
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aFlippedBitAnywhereIsFoundInItsFile(boolean compress) throws IOException {
    writeAStore(compress);
    int flipped = 0;
    for (String name : files()) {
      Path file = data().resolve(name);
      byte[] before = Files.readAllBytes(file);
      int from = name.endsWith(".zst") ? ZSTD_HEAD : 0;
      for (int i = 0; before.length > from && i < 12; i++) {
        int at = i == 0 ? before.length - 1 : from + random.nextInt(before.length - from);
        byte[] bytes = before.clone();
        bytes[at] ^= (byte) (1 << random.nextInt(8));
        Files.write(file, bytes);
        assertThat(verify().findings())
            .as(name + " at " + at)
            .isNotEmpty()
            .allSatisfy(finding -> assertThat(finding.file()).isEqualTo(name))
            .allSatisfy(finding -> assertThat(finding.remedy()).isNotEmpty());
        flipped++;
      }
      Files.write(file, before);
    }
    assertThat(flipped).isGreaterThan(100);
    assertHealthy(verify());
  }

  @Test
  void aDamagedLineIsToldWithItsNumberAndCountedByItsKind() throws IOException {
    writeAStore(false);
    Path file = data().resolve(only("records/problems.", ".jsonl"));
    Files.writeString(file, Files.readString(file).replace("disk2", "disk9"));

    VerifyReport report = verify();

    assertThat(report.findings())
        .singleElement()
        .satisfies(
            finding -> assertThat(finding.found()).matches("line \\d does not match its checksum"));
    assertThat(checked(report, "records"))
        .containsEntry("problems", 7L)
        .containsEntry("damaged problems", 1L);
  }

  @Test
  void aRowThatIsNoEntityIsFoundAndNamesThatLeadNowhereAreNoted() {
    writeAStore(true);
    try (OpenStores stores = open(true)) {
      Instant now = clock.instant();
      stores
          .engine()
          .records()
          .write(
              List.of(
                  new StoredRecord(RecordKind.INCIDENTS, "i-1", now, null, Map.of(), "{}"),
                  new StoredRecord(
                      RecordKind.MITIGATION_ATTEMPTS,
                      "m-1",
                      now,
                      null,
                      Map.of("incident_id", "gone-3"),
                      "{}"),
                  new StoredRecord(
                      RecordKind.HAPPY_PATHS,
                      "h-1",
                      now,
                      null,
                      Map.of(),
                      "{\"path_id\":\"h-1\",\"checkpoints\":[\"gone-1\",\"gone-2\"]}")));
    }

    VerifyReport report = verify();

    assertThat(report.findings())
        .anySatisfy(finding -> assertThat(finding.found()).contains("line 2", "'i-1'", "Incident"));
    assertThat(checked(report, "records")).containsEntry("damaged incidents", 1L);
    assertThat(report.notes())
        .anySatisfy(note -> assertThat(note).contains("2 checkpoints", "gone-1, gone-2"))
        .anySatisfy(note -> assertThat(note).contains("1 incidents", "gone-3"));
  }

  private void assertMissed(String removed, String told) throws IOException {
    Path file = data().resolve(removed);
    byte[] before = Files.readAllBytes(file);
    Files.delete(file);
    assertThat(verify().findings())
        .as(removed)
        .isNotEmpty()
        .allSatisfy(finding -> assertThat(finding.file()).isEqualTo(told));
    Files.write(file, before);
  }

  @Test
  void aFileThatWasTakenAwayIsMissed() throws IOException {
    writeAStore(true);
    String rows = only("records/problems.", ".zst");
    String journal = only("records/journal.", ".jsonl");
    String sealed = only("metrics/2026-11-25.1-", ".zst");

    assertMissed(MANIFEST, MANIFEST);
    assertMissed(rows, rows);
    assertMissed(journal, journal);
    assertMissed(sealed, sealed);
    assertMissed(TAIL, TAIL);
    assertMissed(only("metrics/2026-11-24.1-", ".zst"), "metrics/2026-11-24.jsonl");
    assertHealthy(verify());

    Files.delete(data().resolve(TAIL + ".mark"));
    assertHealthy(verify());
    assertThat(verify().notes())
        .singleElement()
        .satisfies(note -> assertThat(note).startsWith(TAIL + ".mark is not there"));
  }

  @Test
  void aTornLastLineAndAFileOfAnOlderGenerationAreNoted() throws IOException {
    writeAStore(true);
    String journal = only("records/journal.", ".jsonl");
    for (String name : List.of(TAIL, journal)) {
      byte[] half = Arrays.copyOf(Files.readAllBytes(data().resolve(name)), 50);
      Files.write(data().resolve(name), half, StandardOpenOption.APPEND);
    }
    Files.write(data().resolve("records/incidents.0.jsonl"), new byte[] {'x'});
    Files.write(data().resolve("records/problems.1.jsonl.damaged-17"), new byte[] {'x'});
    Files.write(data().resolve("metrics/2026-11-25.1-2.jsonl"), new byte[] {'x'});

    VerifyReport report = verify();

    assertHealthy(report);
    assertThat(report.notes())
        .hasSize(5)
        .anySatisfy(note -> assertThat(note).startsWith(TAIL + " ends with half a line"))
        .anySatisfy(note -> assertThat(note).startsWith(journal + " ends with half a line"))
        .anySatisfy(note -> assertThat(note).startsWith("records/incidents.0.jsonl is not named"))
        .anySatisfy(note -> assertThat(note).contains("was set aside as damaged"))
        .anySatisfy(note -> assertThat(note).contains("2026-11-25.1-2.jsonl lies within"));
  }

  @Test
  void aBackupIsCheckedInItsOwnForm() throws IOException {
    writeAStore(true);
    Path backup;
    try (OpenStores stores = open(true)) {
      backup = stores.engine().backups(clock, System::nanoTime).make().path();
    }
    PersistenceConfig hybrid = PersistenceConfig.builder(folder.resolve("other")).build();
    PersistenceConfig form = StoreEngine.adopt(backup, hybrid);
    Verification verification = new Verification(clock, System::nanoTime);

    VerifyReport report = verification.backup(backup, form, VerifyWatch.none());

    assertHealthy(report);
    assertThat(checked(report, "samples")).containsEntry("samples", 55L * PAGE.size());
    assertThat(checked(report, "records")).containsEntry("problems", 7L).containsEntry("blobs", 2L);

    String rows = only("records/problems.", ".zst");
    byte[] bytes = Files.readAllBytes(backup.resolve(rows));
    bytes[bytes.length - 1] ^= 1;
    Files.write(backup.resolve(rows), bytes);
    assertThat(verification.backup(backup, form, VerifyWatch.none()).findings())
        .allSatisfy(finding -> assertThat(finding.file()).isEqualTo(rows))
        .extracting(Finding::part)
        .contains("backup", "records");
  }

  @Test
  void aStoreThatIsWrittenAndRewrittenMeanwhileHasNoFindings() {
    writeAStore(true);
    try (OpenStores stores = open(true)) {
      StoreEngine engine = stores.engine();
      AtomicBoolean end = new AtomicBoolean();
      CompletableFuture<Void> writer =
          CompletableFuture.runAsync(
              () -> {
                for (int i = 0; !end.get(); i++) {
                  Duration before = Duration.ofDays(i % 12); // more days than are open at once
                  append(engine, clock.instant().minus(before).plusMillis(i));
                  problem(engine, "p" + i % 10);
                  String unused = engine.blobs().put(("blob" + i).getBytes(UTF_8));
                }
              });
      CompletableFuture<Void> rewriter =
          CompletableFuture.runAsync(
              () -> {
                while (!end.get()) {
                  engine.series().flush();
                  rewriteRecords(engine);
                  engine.series().remove(Set.of("2026-11-20"));
                  engine.maintain();
                }
              });
      for (int i = 0; i < 25; i++) {
        assertHealthy(verify(Usage.open(engine::whileFilesStay)));
      }
      end.set(true);
      writer.join();
      rewriter.join();
      assertHealthy(verify());
    }
  }

  @Test
  void aDirectoryOfThisFormIsAStoreAndAnEmptyOneIsNot() throws IOException {
    writeAStore(true);
    assertThatCode(() -> Verification.requireStore(data(), "monitor.db"))
        .doesNotThrowAnyException();
    Path empty = Files.createDirectory(folder.resolve("empty"));
    assertThatThrownBy(() -> Verification.requireStore(empty, "monitor.db"))
        .isInstanceOf(MonitorException.class)
        .hasMessageContaining("There is no store");
  }
}
