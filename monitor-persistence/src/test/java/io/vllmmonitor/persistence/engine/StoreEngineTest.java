package io.vllmmonitor.persistence.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.history.Problem;
import io.vllmmonitor.api.sample.SampleBatch;
import io.vllmmonitor.api.sample.SeriesData;
import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.api.sample.SeriesSelector;
import io.vllmmonitor.api.store.AppendResult;
import io.vllmmonitor.api.store.RecordKind;
import io.vllmmonitor.api.store.StoredRecord;
import io.vllmmonitor.api.target.TargetId;
import io.vllmmonitor.persistence.format.JournalRowCodec;
import io.vllmmonitor.testkit.time.ManualClock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoreEngineTest {
  private static final Instant NOON = Instant.parse("2026-11-25T12:00:00Z");
  private static final List<SeriesKey> PAGE = List.of(SeriesKey.of("a"), SeriesKey.of("b"));

  private final ManualClock clock = new ManualClock(NOON);

  @TempDir Path folder;

  private OpenStores open() {
    return OpenStores.in(folder, clock);
  }

  private Path day() {
    return folder.resolve("metrics/2026-11-25.db");
  }

  private static AppendResult append(OpenStores stores, int second) {
    SampleBatch batch =
        new SampleBatch(
            new TargetId("gpu1:8000"),
            NOON.plusSeconds(second),
            PAGE,
            new double[] {second, 12345.678 * second});
    return stores.engine().series().append(List.of(batch));
  }

  private static List<SeriesData> readAll(OpenStores stores) {
    return stores.engine().series().read(SeriesSelector.all(), Instant.EPOCH, Instant.MAX, 1000);
  }

  private static void assertCode(ErrorCode code, String part, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(MonitorException.class, e -> assertThat(e.code()).isEqualTo(code))
        .hasMessageContaining(part);
  }

  private static void sql(Path file, String... statements) throws Exception {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = connection.createStatement()) {
      for (String text : statements) {
        statement.execute(text);
      }
    }
  }

  private static int indexOf(byte[] bytes, byte[] part) {
    for (int i = 0; i <= bytes.length - part.length; i++) {
      if (Arrays.equals(bytes, i, i + part.length, part, 0, part.length)) {
        return i;
      }
    }
    throw new AssertionError("The bytes are not in the file");
  }

  private static void flipBitIn(Path file, byte[] part, int offset) throws Exception {
    byte[] bytes = Files.readAllBytes(file);
    bytes[indexOf(bytes, part) + offset] ^= 0x10;
    Files.write(file, bytes);
  }

  @Test
  void aPythonDatabaseIsRefusedUntouched() throws Exception {
    Path file = folder.resolve("monitor.db");
    sql(
        file,
        "CREATE TABLE metrics (id INTEGER PRIMARY KEY, timestamp REAL, name TEXT, value REAL)",
        "INSERT INTO metrics VALUES (1, 1.5, 'x', 2.5)");
    byte[] before = Files.readAllBytes(file);

    assertCode(ErrorCode.STORE_FOREIGN, "Python product", this::open);
    assertCode(ErrorCode.STORE_FOREIGN, "--data", this::open);

    assertThat(Files.readAllBytes(file)).isEqualTo(before);
    assertThat(Files.exists(folder.resolve("metrics"))).isFalse();
    assertThat(Files.exists(folder.resolve("daemon.json"))).isFalse();
  }

  @Test
  void anotherProgramsDatabaseIsRefused() throws Exception {
    sql(folder.resolve("monitor.db"), "CREATE TABLE songs (title TEXT)");
    assertCode(ErrorCode.STORE_FOREIGN, "songs", this::open);
  }

  @Test
  void aNewerSchemaIsRefusedUntouched() throws Exception {
    open().close();
    Path file = folder.resolve("monitor.db");
    sql(file, "INSERT INTO schema_versions VALUES (99, 'future', 1, 1)");
    byte[] before = Files.readAllBytes(file);
    assertCode(ErrorCode.STORE_NEWER, "version 99", this::open);
    assertThat(Files.readAllBytes(file)).isEqualTo(before);
  }

  @Test
  void aSchemaThatWasTamperedWithIsRefused() throws Exception {
    open().close();
    sql(folder.resolve("monitor.db"), "UPDATE schema_versions SET checksum = 1");
    assertCode(ErrorCode.STORE_DAMAGED, "schema", this::open);
  }

  @Test
  void aFileThatIsNoDatabaseIsRefusedUntouched() throws Exception {
    Path file = Files.writeString(folder.resolve("monitor.db"), "no database ".repeat(1000));
    byte[] before = Files.readAllBytes(file);
    assertCode(ErrorCode.STORE_DAMAGED, "monitor.db", this::open);
    assertThat(Files.readAllBytes(file)).isEqualTo(before);
  }

  @Test
  void aDamagedStructureIsRefused() throws Exception {
    try (OpenStores stores = open()) {
      for (int i = 0; i < 100; i++) {
        stores
            .engine()
            .records()
            .write(
                List.of(
                    new StoredRecord(
                        RecordKind.PROBLEMS, "id" + i, NOON, null, Map.of(), "x".repeat(500))));
      }
    }
    Path file = folder.resolve("monitor.db");
    byte[] bytes = Files.readAllBytes(file);
    Arrays.fill(bytes, bytes.length - 4096, bytes.length - 2048, (byte) 0x55);
    Files.write(file, bytes);
    assertCode(ErrorCode.STORE_DAMAGED, "damaged", this::open);
  }

  @Test
  void aFlippedBitInASampleRowIsNoticedOnRead() throws Exception {
    try (OpenStores stores = open()) {
      append(stores, 1);
      append(stores, 2);
    }
    flipBitIn(day(), new JournalRowCodec().encode(new double[] {1, 12345.678}, null), 5);
    List<Problem> damage = new ArrayList<>();
    try (OpenStores stores = open()) {
      assertThat(stores.engine().report().problems()).as("only the newest row is read").isEmpty();
      stores.engine().onDamage(damage::add);
      for (int i = 0; i < 2; i++) {
        assertThat(readAll(stores)).allSatisfy(series -> assertThat(series.size()).isEqualTo(1));
      }
    }
    assertThat(damage)
        .as("told once")
        .singleElement()
        .satisfies(
            problem -> {
              assertThat(problem.code()).isEqualTo(ErrorCode.STORE_DAMAGED);
              assertThat(problem.subject()).isEqualTo("metrics/2026-11-25.db");
              assertThat(problem.message()).contains("checksum");
            });
  }

  @Test
  void aDamagedNewestRowIsReportedAndTheOneBeforeItCounts() throws Exception {
    try (OpenStores stores = open()) {
      append(stores, 1);
      append(stores, 2);
    }
    flipBitIn(day(), new JournalRowCodec().encode(new double[] {2, 2 * 12345.678}, null), 5);
    try (OpenStores stores = open()) {
      assertThat(stores.engine().report().problems())
          .singleElement()
          .satisfies(problem -> assertThat(problem.message()).contains("checksum"));
      assertThat(stores.engine().series().latest(SeriesSelector.ofName("a")).get(0).at())
          .isEqualTo(NOON.plusSeconds(1));
    }
  }

  @Test
  void aFlippedBitInARecordIsNoticedOnRead() throws Exception {
    String json = "{\"text\":\"as it was written\"}";
    try (OpenStores stores = open()) {
      stores
          .engine()
          .records()
          .write(List.of(new StoredRecord(RecordKind.PROBLEMS, "p", NOON, null, Map.of(), json)));
    }
    flipBitIn(folder.resolve("monitor.db"), json.getBytes(StandardCharsets.UTF_8), 12);
    try (OpenStores stores = open()) {
      assertCode(
          ErrorCode.STORE_DAMAGED,
          "'p'",
          () -> stores.engine().records().find(RecordKind.PROBLEMS, "p"));
    }
  }

  @Test
  void aFlippedBitInABlobIsNoticedOnRead() throws Exception {
    byte[] code = "the bytes of a class".getBytes(StandardCharsets.UTF_8);
    String hash;
    try (OpenStores stores = open()) {
      hash = stores.engine().blobs().put(code);
    }
    flipBitIn(folder.resolve("monitor.db"), code, 3);
    try (OpenStores stores = open()) {
      assertCode(ErrorCode.STORE_DAMAGED, hash, () -> stores.engine().blobs().get(hash));
    }
  }

  @Test
  void aDayFileThatIsNoDatabaseIsSetAsideAndTheRestIsServed() throws Exception {
    try (OpenStores stores = open()) {
      append(stores, -86_400);
      append(stores, 1);
    }
    Files.writeString(folder.resolve("metrics/2026-11-24.db"), "no database ".repeat(1000));
    try (OpenStores stores = open()) {
      assertThat(stores.engine().report().problems())
          .singleElement()
          .satisfies(
              problem -> {
                assertThat(problem.code()).isEqualTo(ErrorCode.STORE_DAMAGED);
                assertThat(problem.subject()).isEqualTo("metrics/2026-11-24.db");
                assertThat(problem.message()).contains("set aside");
              });
      assertThat(readAll(stores).get(0).size()).isEqualTo(1);
    }
    try (Stream<Path> files = Files.list(folder.resolve("metrics"))) {
      assertThat(files.map(Path::toString)).anyMatch(name -> name.contains("24.db.damaged-"));
    }
    try (OpenStores stores = open()) {
      assertThat(stores.engine().report().problems()).as("told once").isEmpty();
    }
  }

  @Test
  void aStoreBehindItsHighWaterMarkIsReportedOnce() throws Exception {
    try (OpenStores stores = open()) {
      append(stores, 1);
      writeProblem(stores, "first");
    }
    byte[] oldDay = Files.readAllBytes(day());
    byte[] oldRecords = Files.readAllBytes(folder.resolve("monitor.db"));
    try (OpenStores stores = open()) {
      append(stores, 2);
      append(stores, 3);
      writeProblem(stores, "second");
    }
    Files.write(day(), oldDay);
    Files.write(folder.resolve("monitor.db"), oldRecords);
    try (OpenStores stores = open()) {
      assertThat(stores.engine().report().problems())
          .extracting(Problem::subject)
          .containsExactly("monitor.db", "metrics/2026-11-25.db");
      assertThat(stores.engine().report().problems().get(1).message())
          .contains("ends at commit 1")
          .contains("up to 3 were acknowledged");
    }
    try (OpenStores stores = open()) {
      assertThat(stores.engine().report().problems()).isEmpty();
      assertThat(append(stores, 4)).isEqualTo(AppendResult.allStored(2));
    }
  }

  private static void writeProblem(OpenStores stores, String id) {
    stores
        .engine()
        .records()
        .write(List.of(new StoredRecord(RecordKind.PROBLEMS, id, NOON, null, Map.of(), "{}")));
  }

  @Test
  void filesThatVanishedAreReported() throws Exception {
    try (OpenStores stores = open()) {
      append(stores, 1);
      writeProblem(stores, "first");
    }
    Files.delete(day());
    Files.delete(folder.resolve("monitor.db"));
    try (OpenStores stores = open()) {
      assertThat(stores.engine().report().problems())
          .extracting(Problem::subject)
          .containsExactly("monitor.db", "metrics/2026-11-25.db");
    }
  }

  @Test
  void sizesAndCountsAreTold() {
    try (OpenStores stores = open()) {
      append(stores, 1);
      writeProblem(stores, "first");
      StoreStatistics statistics = stores.engine().statistics();
      assertThat(statistics.series().series()).isEqualTo(2);
      assertThat(statistics.series().samples()).isEqualTo(2);
      assertThat(statistics.series().bytes()).isPositive();
      assertThat(statistics.recordBytes()).isPositive();
      assertThat(statistics.records()).containsEntry(RecordKind.PROBLEMS, 1L);
      assertThat(statistics.counters().commits()).isEqualTo(2);
      assertThat(statistics.counters().failedWrites()).isZero();
    }
  }
}
