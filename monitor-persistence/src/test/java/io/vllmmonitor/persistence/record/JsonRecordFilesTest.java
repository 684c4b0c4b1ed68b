package io.vllmmonitor.persistence.record;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.history.Problem;
import io.vllmmonitor.api.store.RecordKind;
import io.vllmmonitor.api.store.RecordQuery;
import io.vllmmonitor.api.store.StoredRecord;
import io.vllmmonitor.persistence.json.CheckedLine;
import io.vllmmonitor.testkit.time.ManualClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the files of the record store hold, and what becomes of them when something breaks. */
class JsonRecordFilesTest {
  private static final RecordKind INCIDENTS = RecordKind.INCIDENTS;

  private final ManualClock clock = ManualClock.at("2026-11-25T12:00:00Z");
  private final List<Problem> problems = new ArrayList<>();

  @TempDir Path folder;

  private JsonRecordStore open(boolean compress) {
    problems.clear();
    return JsonRecordStore.open(folder, compress, clock, problems);
  }

  private StoredRecord row(RecordKind kind, String id) {
    return new StoredRecord(kind, id, clock.instant(), null, Map.of(), "{\"id\":\"" + id + "\"}");
  }

  /** Each in a transaction of its own. */
  private void write(String... ids) {
    try (JsonRecordStore store = open(false)) {
      for (String id : ids) {
        store.write(List.of(row(INCIDENTS, id), row(RecordKind.AUDIT, id)));
      }
    }
  }

  private static List<String> ids(JsonRecordStore store, RecordKind kind) {
    return store.query(RecordQuery.newest(kind, 10_000)).records().stream()
        .map(StoredRecord::id)
        .sorted()
        .toList();
  }

  private Path journal() throws IOException {
    return only("journal.", ".jsonl");
  }

  private Path only(String start, String end) throws IOException {
    List<Path> found = named(start, end);
    assertThat(found).hasSize(1);
    return found.get(0);
  }

  private List<Path> named(String start, String end) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> file.getFileName().toString().startsWith(start))
          .filter(file -> file.getFileName().toString().endsWith(end))
          .sorted()
          .toList();
    }
  }

  private static void flip(Path file, int position) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    bytes[position] ^= (byte) 4;
    Files.write(file, bytes);
  }

  private static int startOfLine(Path file, int line) throws IOException {
    List<String> lines = Files.readAllLines(file);
    return lines.subList(0, line).stream().mapToInt(text -> text.getBytes(UTF_8).length + 1).sum();
  }

  /** Enough for maintenance to begin a new generation. */
  private void writeMuch(JsonRecordStore store) {
    String text = "x".repeat(2_000_000);
    store.write(
        List.of(
            new StoredRecord(
                INCIDENTS, "big", clock.instant(), null, Map.of(), "\"" + text + '"')));
  }

  @Test
  void aTransactionIsALineThatTextToolsFind() throws IOException {
    write("a");
    assertThat(Files.readAllLines(journal()))
        .singleElement()
        .asString()
        .startsWith("{\"crc\":\"")
        .contains("\"number\":1,")
        .contains(
            "{\"table\":\"incidents\",\"row\":{\"id\":\"a\",\"at\":\"2026-11-25T12:00:00.000Z\"")
        .endsWith("}]}");
  }

  @Test
  void aTornLastLineWasNeverAcknowledgedAndIsCut() throws IOException {
    write("a", "b");
    long whole = Files.size(journal());
    byte[] bytes = Files.readAllBytes(journal());
    byte[] torn = Arrays.copyOf(bytes, bytes.length + 40);
    System.arraycopy(bytes, 0, torn, bytes.length, 40);
    Files.write(journal(), torn);
    try (JsonRecordStore store = open(false)) {
      assertThat(problems).isEmpty();
      assertThat(ids(store, INCIDENTS)).containsExactly("a", "b");
      assertThat(Files.size(journal())).isEqualTo(whole);
      store.write(List.of(row(INCIDENTS, "c")));
    }
    try (JsonRecordStore store = open(false)) {
      assertThat(problems).isEmpty();
      assertThat(ids(store, INCIDENTS)).containsExactly("a", "b", "c");
    }
  }

  @Test
  void anAcknowledgedLineThatIsCutOffIsTold() throws IOException {
    write("a", "b");
    byte[] bytes = Files.readAllBytes(journal());
    Files.write(journal(), Arrays.copyOf(bytes, bytes.length - 5));
    try (JsonRecordStore store = open(false)) {
      assertThat(ids(store, INCIDENTS)).containsExactly("a");
      assertThat(problems).hasSize(1);
      assertThat(problems.get(0).code()).isEqualTo(ErrorCode.STORE_DAMAGED);
      assertThat(problems.get(0).message()).contains("ends at number 1, but up to 2");
    }
    try (JsonRecordStore store = open(false)) {
      assertThat(problems).as("it is told once").isEmpty();
      assertThat(store.count(INCIDENTS)).isEqualTo(1);
    }
  }

  @Test
  void aDamagedLineAmidTheJournalIsToldOnceKeptAsideAndTheRestIsServed() throws IOException {
    write("a", "b", "c");
    flip(journal(), startOfLine(journal(), 1) + 60);
    byte[] damaged = Files.readAllBytes(journal());
    try (JsonRecordStore store = open(false)) {
      assertThat(ids(store, INCIDENTS)).containsExactly("a", "c");
      assertThat(ids(store, RecordKind.AUDIT)).containsExactly("a", "c");
      assertThat(problems).hasSize(1);
      assertThat(problems.get(0).subject()).startsWith("records/journal.");
      assertThat(problems.get(0).message()).contains("line 2").contains("1 transactions");
      assertThat(only("journal.", ".damaged-" + clock.millis())).hasBinaryContent(damaged);
      store.write(List.of(row(INCIDENTS, "d")));
    }
    try (JsonRecordStore store = open(false)) {
      assertThat(problems).isEmpty();
      assertThat(ids(store, INCIDENTS)).containsExactly("a", "c", "d");
    }
  }

  @Test
  void aDamagedLineOfAKindIsToldOnceKeptAsideAndTheRestIsServed() throws IOException {
    try (JsonRecordStore store = open(false)) {
      store.replace(
          Set.of(INCIDENTS), List.of(row(INCIDENTS, "a"), row(INCIDENTS, "b")).iterator());
    }
    flip(only("incidents.", ".jsonl"), 70);
    try (JsonRecordStore store = open(false)) {
      assertThat(store.count(INCIDENTS)).isEqualTo(1);
      assertThat(problems).hasSize(1);
      assertThat(problems.get(0).message()).contains("1 records are left out, 1 are served");
      assertThat(named("incidents.", ".damaged-" + clock.millis())).hasSize(1);
    }
    try (JsonRecordStore store = open(false)) {
      assertThat(problems).isEmpty();
      assertThat(store.count(INCIDENTS)).isEqualTo(1);
    }
  }

  @Test
  void compactionBeginsANewJournalAndKeepsEveryRow() throws IOException {
    write("a", "b");
    Path old = journal();
    try (JsonRecordStore store = open(true)) {
      int there = store.delete(INCIDENTS, Set.of("a", "never"));
      assertThat(there).isEqualTo(1);
      writeMuch(store);
      store.maintain();
      assertThat(old).doesNotExist();
      assertThat(journal()).isEmptyFile();
      assertThat(named("", ".jsonl.zst")).hasSize(2);
      assertThat(store.bytes()).isLessThan(100_000);
      store.write(List.of(row(INCIDENTS, "c")));
    }
    try (JsonRecordStore store = open(true)) {
      assertThat(ids(store, INCIDENTS)).containsExactly("b", "big", "c");
      assertThat(ids(store, RecordKind.AUDIT)).containsExactly("a", "b");
      assertThat(problems).isEmpty();
    }
  }

  @Test
  void turningCompressionOffLeavesOldFilesReadable() throws IOException {
    try (JsonRecordStore store = open(true)) {
      store.replace(Set.of(INCIDENTS), List.of(row(INCIDENTS, "a")).iterator());
      store.replace(Set.of(RecordKind.AUDIT), List.of(row(RecordKind.AUDIT, "x")).iterator());
    }
    try (JsonRecordStore store = open(false)) {
      assertThat(ids(store, INCIDENTS)).containsExactly("a");
      store.replace(Set.of(RecordKind.AUDIT), List.of(row(RecordKind.AUDIT, "y")).iterator());
      assertThat(named("", ".zst")).as("all are written anew").isEmpty();
    }
    try (JsonRecordStore store = open(true)) {
      assertThat(ids(store, INCIDENTS)).containsExactly("a");
      assertThat(ids(store, RecordKind.AUDIT)).containsExactly("y");
      assertThat(problems).isEmpty();
    }
  }

  @Test
  void aKillAtAnyStepOfACompactionLosesNothing() throws IOException {
    write("a", "b");
    Map<Path, byte[]> before;
    try (JsonRecordStore store = open(false)) {
      writeMuch(store);
      before = files();
      store.maintain();
    }
    Map<Path, byte[]> after = files();
    // Killed before the manifest: the new files are there, the old manifest counts.
    Map<Path, byte[]> unfinished = new HashMap<>(after);
    unfinished.putAll(before);
    unfinished.put(folder.resolve("audit.9.jsonl.new"), new byte[] {'{'});
    assertThatAllIsThere(unfinished);
    // Killed after the manifest: the old files are still there.
    Map<Path, byte[]> uncleaned = new HashMap<>(before);
    uncleaned.putAll(after);
    assertThatAllIsThere(uncleaned);
  }

  private void assertThatAllIsThere(Map<Path, byte[]> files) throws IOException {
    restore(files);
    for (int i = 0; i < 2; i++) {
      try (JsonRecordStore store = open(false)) {
        assertThat(problems).isEmpty();
        assertThat(ids(store, INCIDENTS)).containsExactly("a", "b", "big");
        assertThat(ids(store, RecordKind.AUDIT)).containsExactly("a", "b");
        assertThat(named("journal.", ".jsonl")).hasSize(1);
        assertThat(named("", ".new")).isEmpty();
        store.write(List.of(row(RecordKind.PROBLEMS, "p" + i)));
      }
    }
  }

  private Map<Path, byte[]> files() throws IOException {
    Map<Path, byte[]> found = new HashMap<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        found.put(file, Files.readAllBytes(file));
      }
    }
    return found;
  }

  private void restore(Map<Path, byte[]> files) throws IOException {
    for (Path file : files().keySet()) {
      Files.delete(file);
    }
    for (Map.Entry<Path, byte[]> file : files.entrySet()) {
      Files.write(file.getKey(), file.getValue());
    }
  }

  @Test
  void withoutItsManifestTheNewestFilesAreServedAndItIsTold() throws IOException {
    write("a", "b");
    try (JsonRecordStore store = open(false)) {
      writeMuch(store);
      store.maintain();
      store.write(List.of(row(INCIDENTS, "c")));
    }
    Files.delete(folder.resolve("records.json"));
    try (JsonRecordStore store = open(false)) {
      assertThat(ids(store, INCIDENTS)).containsExactly("a", "b", "big", "c");
      assertThat(problems).hasSize(1);
      assertThat(problems.get(0).message()).contains("records.json: is missing");
      store.write(List.of(row(INCIDENTS, "d")));
    }
    flip(folder.resolve("records.json"), 40);
    try (JsonRecordStore store = open(false)) {
      assertThat(ids(store, INCIDENTS)).containsExactly("a", "b", "big", "c", "d");
      assertThat(problems).hasSize(1);
      assertThat(problems.get(0).message()).contains("does not match its checksum");
      assertThat(named("records.json.damaged-", "")).hasSize(1);
    }
  }

  @Test
  void aMissingFileOfAKindIsTold() throws IOException {
    try (JsonRecordStore store = open(false)) {
      store.replace(Set.of(INCIDENTS), List.of(row(INCIDENTS, "a")).iterator());
    }
    Files.delete(only("incidents.", ".jsonl"));
    try (JsonRecordStore store = open(false)) {
      assertThat(store.count(INCIDENTS)).isZero();
      assertThat(problems).hasSize(1);
      assertThat(problems.get(0).message()).contains("its 1 records are lost. From now on");
    }
  }

  @Test
  void filesOfALaterProgramAreRefused() throws IOException {
    write("a");
    byte[] later =
        CheckedLine.of(
            out -> {
              out.writeStringField("format", "vllm-monitor-records");
              out.writeNumberField("version", 2);
            });
    Files.write(folder.resolve("records.json"), later);
    assertThatThrownBy(() -> open(false))
        .isInstanceOfSatisfying(
            MonitorException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.STORE_NEWER));
    assertThat(journal()).isNotEmptyFile();
  }

  @Test
  void aFailedWriteStoresNothingAndTheNextOneGoesOn() throws IOException {
    try (JsonRecordStore store = open(false)) {
      store.write(List.of(row(INCIDENTS, "a")));
      Path obstacle = Files.createDirectory(folder.resolve("records.json.new"));
      Files.writeString(obstacle.resolve("full"), "");
      assertThatThrownBy(
              () -> store.replace(Set.of(INCIDENTS), List.of(row(INCIDENTS, "b")).iterator()))
          .isInstanceOfSatisfying(
              MonitorException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.STORE_IO));
      assertThat(ids(store, INCIDENTS)).containsExactly("a");
      Files.delete(obstacle.resolve("full"));
      Files.delete(obstacle);
      store.write(List.of(row(INCIDENTS, "c")));
      assertThat(ids(store, INCIDENTS)).containsExactly("a", "c");
    }
    try (JsonRecordStore store = open(false)) {
      assertThat(problems).isEmpty();
      assertThat(ids(store, INCIDENTS)).containsExactly("a", "c");
    }
  }

  @Test
  void aReplacementThatWaitsForACopyDoesNotKeepOthersFromWriting() throws Exception {
    try (JsonRecordStore store = open(false)) {
      Thread replacing =
          new Thread(() -> store.replace(Set.of(INCIDENTS), List.<StoredRecord>of().iterator()));
      CompletableFuture<Void> written =
          store.whileFilesStay(
              () -> {
                replacing.start();
                while (replacing.getState() != Thread.State.WAITING) {
                  Thread.onSpinWait();
                }
                CompletableFuture<Void> writing =
                    CompletableFuture.runAsync(() -> store.write(List.of(row(INCIDENTS, "a"))));
                assertThat(writing).succeedsWithin(Duration.ofSeconds(20));
                assertThat(ids(store, INCIDENTS)).containsExactly("a");
                return writing;
              });
      replacing.join();
      assertThat(written).isCompleted();
      assertThat(store.count(INCIDENTS)).isZero();
    }
  }

  @Test
  void aThreadThatIsInterruptedLeavesNoDoubts() throws IOException {
    try (JsonRecordStore store = open(false)) {
      Thread.currentThread().interrupt();
      store.replace(Set.of(INCIDENTS), List.of(row(INCIDENTS, "a")).iterator());
      assertThat(Thread.interrupted()).as("it is still interrupted").isTrue();
      store.write(List.of(row(INCIDENTS, "b")));
    }
    try (JsonRecordStore store = open(false)) {
      assertThat(problems).isEmpty();
      assertThat(ids(store, INCIDENTS)).containsExactly("a", "b");
    }
  }

  @Test
  void aTransactionTooLongForALineIsWholeToo() {
    String text = "\"" + "y".repeat(5_000_000) + '"';
    List<StoredRecord> rows =
        IntStream.range(0, 2)
            .mapToObj(
                i -> new StoredRecord(INCIDENTS, "r" + i, clock.instant(), null, Map.of(), text))
            .toList();
    try (JsonRecordStore store = open(true)) {
      store.write(rows);
      store.write(List.of(row(INCIDENTS, "small")));
    }
    try (JsonRecordStore store = open(true)) {
      assertThat(problems).isEmpty();
      assertThat(ids(store, INCIDENTS)).containsExactly("r0", "r1", "small");
      assertThat(store.find(INCIDENTS, "r1")).contains(rows.get(1));
    }
  }

  @Test
  void aTransactionThatNoLineCouldHoldIsStored() {
    String text = "\"" + "y".repeat(5_000_000) + '"';
    List<StoredRecord> rows =
        IntStream.range(0, 60)
            .mapToObj(
                i -> new StoredRecord(INCIDENTS, "r" + i, clock.instant(), null, Map.of(), text))
            .toList();
    try (JsonRecordStore store = open(true)) {
      store.write(rows);
      assertThat(store.count(INCIDENTS)).isEqualTo(60);
    }
  }

  @Test
  void noFlippedBitGoesUnnoticedIntoAnAnswer() throws IOException {
    try (JsonRecordStore store = open(true)) {
      for (int i = 0; i < 40; i++) {
        store.write(List.of(row(INCIDENTS, "i" + i), row(RecordKind.AUDIT, "a" + i)));
      }
      store.replace(
          Set.of(INCIDENTS),
          IntStream.range(0, 60).mapToObj(i -> row(INCIDENTS, "n" + i)).iterator());
      for (int i = 0; i < 20; i++) {
        store.write(List.of(row(INCIDENTS, "j" + i)));
      }
    }
    Map<Path, byte[]> sound = files();
    List<Path> paths = sound.keySet().stream().sorted().toList();
    Random random = new Random(11);
    int told = 0;
    for (int i = 0; i < 200; i++) {
      Path path = paths.get(i % paths.size());
      byte[] bytes = requireNonNull(sound.get(path)).clone();
      if (bytes.length == 0) {
        continue;
      }
      bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
      restore(sound);
      Files.write(path, bytes);
      try (JsonRecordStore store = open(true)) {
        boolean all = store.count(INCIDENTS) == 80 && store.count(RecordKind.AUDIT) == 40;
        assertThat(all || !problems.isEmpty()).as("flip %d in %s", i, path).isTrue();
        assertThat(ids(store, INCIDENTS)).allMatch(id -> id.matches("[nji]\\d+"));
        told += problems.isEmpty() ? 0 : 1;
      }
    }
    assertThat(told).isGreaterThan(150);
  }
}
