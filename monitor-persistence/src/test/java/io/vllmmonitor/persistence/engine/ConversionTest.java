package io.vllmmonitor.persistence.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.sample.Labels;
import io.vllmmonitor.api.sample.MetricCatalog;
import io.vllmmonitor.api.sample.SampleBatch;
import io.vllmmonitor.api.sample.SeriesData;
import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.api.sample.SeriesSelector;
import io.vllmmonitor.api.store.RecordKind;
import io.vllmmonitor.api.store.RecordQuery;
import io.vllmmonitor.api.store.StorageBackend;
import io.vllmmonitor.api.store.StoredRecord;
import io.vllmmonitor.api.target.TargetId;
import io.vllmmonitor.persistence.config.PersistenceConfig;
import io.vllmmonitor.persistence.exchange.ExchangeProgress;
import io.vllmmonitor.persistence.twin.Twins;
import io.vllmmonitor.testkit.time.ManualClock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ConversionTest {
  private static final Instant NOON = Instant.parse("2026-11-25T12:00:00Z");
  private static final List<SeriesKey> PAGE =
      List.of(
          new SeriesKey("a", Labels.of(Map.of("instance", "gpu1:8000"))),
          new SeriesKey("b", Labels.of(Map.of("instance", "gpu1:8000"))));
  private static final double[] ODD = {
    0.0,
    -0.0,
    1.0 / 3,
    Double.NEGATIVE_INFINITY,
    Double.longBitsToDouble(0x7ff0000000000002L),
    Double.longBitsToDouble(0xfff8000000000123L),
    Double.MIN_VALUE
  };

  private final ManualClock clock = new ManualClock(NOON);

  @TempDir Path folder;

  private PersistenceConfig config(StorageBackend backend) {
    return PersistenceConfig.builder(folder).backend(backend).reserveSize(0).build();
  }

  private <T> T with(StorageBackend backend, Work<T> work) {
    try (DataDirectory directory = DataDirectory.open(folder, clock);
        StoreEngine engine =
            StoreEngine.open(
                directory, config(backend), new MetricCatalog(), clock, System::nanoTime)) {
      return work.on(engine);
    }
  }

  private interface Work<T> {
    T on(StoreEngine engine);
  }

  private Conversion.Report convert(StorageBackend from, StorageBackend to) {
    try (DataDirectory directory = DataDirectory.open(folder, clock)) {
      return new Conversion(directory, config(from), clock, System::nanoTime)
          .to(to, new ExchangeProgress());
    }
  }

  /** Two days of two series with every odd value, rows of all kinds, blobs. */
  private void fill(StorageBackend backend) {
    clock.set(NOON.minusSeconds(86_400));
    with(backend, engine -> append(engine));
    clock.set(NOON);
    long samples = with(backend, engine -> append(engine));
    assertThat(samples).isEqualTo(2L * ODD.length);
    with(
        backend,
        engine -> {
          List<StoredRecord> rows = new ArrayList<>();
          for (RecordKind kind : RecordKind.values()) {
            for (int i = 0; i < 3; i++) {
              String json = "{\"text\":\"" + "long ".repeat(i * 200) + "ä\"}";
              rows.add(new StoredRecord(kind, "id-" + i, NOON.plusMillis(i), null, Map.of(), json));
            }
          }
          engine.records().write(rows);
          engine.blobs().put(new byte[0]);
          return engine.blobs().put("code ".repeat(1_000).getBytes(StandardCharsets.UTF_8));
        });
  }

  private long append(StoreEngine engine) {
    List<SampleBatch> batches = new ArrayList<>();
    for (int i = 0; i < ODD.length; i++) {
      Instant at = clock.instant().minusSeconds(5L * (ODD.length - i));
      batches.add(
          new SampleBatch(new TargetId("gpu1:8000"), at, PAGE, new double[] {ODD[i], i * 0.1}));
    }
    return engine.series().append(batches).stored();
  }

  /** Everything in it as text, bit for bit. */
  private static List<String> content(StoreEngine engine) {
    List<String> content = new ArrayList<>();
    for (SeriesData data :
        engine.series().read(SeriesSelector.all(), Instant.EPOCH, Instant.MAX, 1_000)) {
      for (int i = 0; i < data.size(); i++) {
        content.add(
            data.series()
                + " "
                + data.epochMillis(i)
                + " "
                + Double.doubleToRawLongBits(data.value(i)));
      }
    }
    engine.series().latest(SeriesSelector.all()).forEach(sample -> content.add("" + sample.at()));
    for (RecordKind kind : RecordKind.values()) {
      engine
          .records()
          .query(RecordQuery.newest(kind, 100))
          .records()
          .forEach(row -> content.add(row.toString()));
    }
    for (String hash : engine.blobs().hashes()) {
      content.add(hash + " " + engine.blobs().get(hash).length);
    }
    return content;
  }

  private static void assertCode(ErrorCode code, String part, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(MonitorException.class, e -> assertThat(e.code()).isEqualTo(code))
        .hasMessageContaining(part);
  }

  @ParameterizedTest
  @EnumSource(StorageBackend.class)
  void aStoreBecomesEveryOtherFormAndBackWithTheSameContent(StorageBackend from) {
    fill(from);
    List<String> content = with(from, ConversionTest::content);
    assertThat(content).hasSizeGreaterThan(4 * ODD.length + 3 * RecordKind.values().length);
    for (StorageBackend to : StorageBackend.values()) {
      if (to != from) {
        Conversion.Report done = convert(from, to);
        assertThat(done.from()).isEqualTo(from);
        assertThat(done.copied().samples()).isEqualTo(4L * ODD.length);
        assertThat(done.copied().rows()).isEqualTo(3L * RecordKind.values().length);
        assertThat(done.copied().blobs()).isEqualTo(2);
        assertThat(done.problems()).isEmpty();
        assertThat(with(to, ConversionTest::content)).isEqualTo(content);
        clock.advance(Duration.ofSeconds(1));
        Conversion.Report back = convert(to, from);
        assertThat(back.to()).isEqualTo(from);
        assertThat(with(from, ConversionTest::content)).isEqualTo(content);
        clock.advance(Duration.ofSeconds(1));
      }
    }
  }

  @Test
  void theFilesOfBeforeAreKeptAside() throws Exception {
    fill(StorageBackend.HYBRID);
    byte[] database = Files.readAllBytes(folder.resolve("monitor.db"));
    Path replaced = convert(StorageBackend.HYBRID, StorageBackend.JSON).replaced().orElseThrow();
    assertThat(replaced).hasParent(folder.toRealPath());
    assertThat(Files.readAllBytes(replaced.resolve("monitor.db"))).isEqualTo(database);
    assertThat(replaced.resolve("metrics/2026-11-24.db")).exists();
    assertThat(folder.resolve("monitor.db")).doesNotExist();
    assertThat(folder.resolve("converting")).doesNotExist();
    assertThat(folder.resolve("store.json")).content().contains("\"json\"");
  }

  @ParameterizedTest
  @EnumSource(StorageBackend.class)
  void anotherFormThanTheOneThatIsThereIsRefusedWithTheCommandThatConverts(StorageBackend made) {
    fill(made);
    List<String> content = with(made, ConversionTest::content);
    for (StorageBackend other : StorageBackend.values()) {
      if (other != made) {
        assertCode(
            ErrorCode.STORE_BACKEND_DIFFERS,
            "vllm-monitor convert --to " + StoreForm.name(other),
            () -> with(other, engine -> true));
      }
    }
    assertThat(with(made, ConversionTest::content)).isEqualTo(content);
  }

  @ParameterizedTest
  @EnumSource(StorageBackend.class)
  void aDirectoryThatLostItsFormIsToldByItsFiles(StorageBackend made) throws Exception {
    fill(made);
    Files.delete(folder.resolve("store.json"));
    StorageBackend other =
        made == StorageBackend.JSON ? StorageBackend.HYBRID : StorageBackend.JSON;
    assertCode(ErrorCode.STORE_BACKEND_DIFFERS, "convert", () -> with(other, engine -> true));
    assertThat(with(made, ConversionTest::content)).hasSizeGreaterThan(4 * ODD.length);
    assertThat(folder.resolve("store.json")).exists();
  }

  @Test
  void anotherNameForTheFileOfRecordsDoesNotStartAnEmptyStore() {
    fill(StorageBackend.HYBRID);
    PersistenceConfig other =
        config(StorageBackend.HYBRID).withForm(StorageBackend.HYBRID, "other.db");
    assertCode(
        ErrorCode.CONFIG_INVALID_VALUE,
        "expected 'monitor.db'",
        () -> {
          try (DataDirectory directory = DataDirectory.open(folder, clock)) {
            StoreEngine.open(directory, other, new MetricCatalog(), clock, System::nanoTime);
          }
        });
    assertThat(folder.resolve("other.db")).doesNotExist();
  }

  @Test
  void aFormThatCannotBeUnderstoodIsRefused() throws Exception {
    fill(StorageBackend.HYBRID);
    Files.writeString(folder.resolve("store.json"), "{\"format\":1,\"backend\":\"tape\"}");
    assertCode(ErrorCode.STORE_DAMAGED, "tape", () -> with(StorageBackend.HYBRID, engine -> true));
    Files.writeString(folder.resolve("store.json"), "{\"format\":1,");
    assertCode(ErrorCode.STORE_DAMAGED, "end-of-input", () -> with(StorageBackend.HYBRID, e -> 1));
    Files.writeString(folder.resolve("store.json"), "{\"format\":2}");
    assertCode(
        ErrorCode.STORE_NEWER, "format 2", () -> with(StorageBackend.HYBRID, engine -> true));
    Files.delete(folder.resolve("store.json"));
    Files.createDirectory(folder.resolve("store.json"));
    assertCode(ErrorCode.STORE_IO, "store.json", () -> with(StorageBackend.HYBRID, engine -> true));
  }

  @Test
  void aFullDiskIsToldWhereTheFormCannotBeWritten() throws Exception {
    fill(StorageBackend.JSON);
    Files.delete(folder.resolve("store.json"));
    Path obstacle =
        Files.createSymbolicLink(folder.resolve("store.json.new"), Path.of("/dev/full"));
    assertCode(ErrorCode.STORE_FULL, "Free some space", () -> with(StorageBackend.JSON, e -> true));
    Files.delete(obstacle);
    assertThat(with(StorageBackend.JSON, ConversionTest::content)).isNotEmpty();
  }

  @Test
  void aConversionThatWasNotCommittedIsThrownAway() throws Exception {
    fill(StorageBackend.HYBRID);
    List<String> content = with(StorageBackend.HYBRID, ConversionTest::content);
    Files.createDirectories(folder.resolve("converting/new/records"));
    Files.writeString(folder.resolve("converting/new/records/half"), "half");
    assertThat(with(StorageBackend.HYBRID, ConversionTest::content)).isEqualTo(content);
    assertThat(folder.resolve("converting")).doesNotExist();
  }

  /** Every state that a kill can leave between the commit and the end. */
  @Test
  void aCommittedConversionIsFinishedFromWhereverItStopped() throws Exception {
    fill(StorageBackend.HYBRID);
    List<String> content = with(StorageBackend.HYBRID, ConversionTest::content);
    Path kept = convert(StorageBackend.HYBRID, StorageBackend.JSON).replaced().orElseThrow();
    Path before = kept.getFileName();
    List<String> fresh = List.of("blobs", "metrics", "records");
    List<String> old = List.of("metrics", "monitor.db");
    for (int moved = 0; moved <= old.size() + fresh.size(); moved++) {
      rewind(kept, before, old, fresh, moved);
      assertThat(with(StorageBackend.JSON, ConversionTest::content))
          .as("after %s moves", moved)
          .isEqualTo(content);
      assertThat(kept.resolve("monitor.db")).exists();
      assertThat(kept.resolve("metrics/2026-11-25.db")).exists();
      assertThat(folder.resolve("converting")).doesNotExist();
    }
  }

  /** Undoes all moves but the first ones. */
  private void rewind(Path kept, Path before, List<String> old, List<String> fresh, int moved)
      throws Exception {
    Path built = folder.resolve("converting/new");
    Files.createDirectories(built);
    for (int i = fresh.size() - 1; i >= Math.max(0, moved - old.size()); i--) {
      Files.move(folder.resolve(fresh.get(i)), built.resolve(fresh.get(i)));
    }
    for (int i = old.size() - 1; i >= moved; i--) {
      Files.move(kept.resolve(old.get(i)), folder.resolve(old.get(i)));
    }
    Files.writeString(
        folder.resolve("converting/ready.json"),
        "{\"backend\":\"json\",\"database\":\"monitor.db\",\"replaced\":\""
            + before
            + "\",\"old\":[\"metrics\",\"monitor.db\"],\"new\":[\"blobs\",\"metrics\",\"records\"]}");
  }

  @Test
  void aKillWhileTheEmptyFolderIsTakenAwayDoesNotKeepTheStoreClosed() throws Exception {
    fill(StorageBackend.HYBRID);
    List<String> content = with(StorageBackend.HYBRID, ConversionTest::content);
    Path kept = convert(StorageBackend.HYBRID, StorageBackend.JSON).replaced().orElseThrow();
    rewind(kept, kept.getFileName(), List.of("metrics", "monitor.db"), List.of(), 2);
    Files.delete(folder.resolve("converting/new"));
    assertThat(with(StorageBackend.JSON, ConversionTest::content)).isEqualTo(content);
    assertThat(folder.resolve("converting")).doesNotExist();
  }

  @Test
  void whatHasTheNameOfANewFileIsKeptAsideToo() throws Exception {
    fill(StorageBackend.HYBRID);
    List<String> content = with(StorageBackend.HYBRID, ConversionTest::content);
    Files.createDirectory(folder.resolve("records"));
    Files.writeString(folder.resolve("records/of-mine"), "mine");
    Path kept = convert(StorageBackend.HYBRID, StorageBackend.JSON).replaced().orElseThrow();
    assertThat(with(StorageBackend.JSON, ConversionTest::content)).isEqualTo(content);
    assertThat(kept.resolve("records/of-mine")).hasContent("mine");
  }

  /** As offline verbs do; they must not take the form from before the conversion. */
  @Test
  void theFormOfADirectoryIsTheOneThatACommittedConversionGivesIt() throws Exception {
    fill(StorageBackend.HYBRID);
    List<String> content = with(StorageBackend.HYBRID, ConversionTest::content);
    Path kept = convert(StorageBackend.HYBRID, StorageBackend.JSON).replaced().orElseThrow();
    List<String> fresh = List.of("blobs", "metrics", "records");
    rewind(kept, kept.getFileName(), List.of("metrics", "monitor.db"), fresh, 1);
    new StoreForm(StorageBackend.HYBRID, "monitor.db").write(folder);
    StorageBackend adopted = StoreEngine.adopt(config(StorageBackend.SQLITE)).backend();
    assertThat(adopted).isEqualTo(StorageBackend.JSON);
    assertThat(with(adopted, ConversionTest::content)).isEqualTo(content);
  }

  @ParameterizedTest
  @EnumSource(names = {"SQLITE", "JSON"})
  void noReadableCopiesAreLeftInAFormThatHasNone(StorageBackend to) throws Exception {
    fill(StorageBackend.HYBRID);
    Twins twins = new Twins(folder, "monitor.db", clock);
    for (String name : List.of("plugins.json", "happy_paths.json", "models/learner.json")) {
      assertThat(twins.write(name, JsonNodeFactory.instance.arrayNode().add(name))).isTrue();
    }
    Files.writeString(folder.resolve("models/mine.json"), "[]");
    convert(StorageBackend.HYBRID, to);
    for (String name : List.of("plugins.json", "happy_paths.json", "models/learner.json")) {
      assertThat(folder.resolve(name)).doesNotExist();
    }
    assertThat(folder.resolve("models/mine.json")).hasContent("[]");
  }

  @Test
  void aDirectoryThatIsMissingOrEmptyTakesTheFormOfTheConfiguration() {
    for (StorageBackend backend : StorageBackend.values()) {
      assertThat(StoreEngine.adopt(config(backend))).isEqualTo(config(backend));
      assertThat(StoreEngine.adopt(folder.resolve("missing"), config(backend)))
          .isEqualTo(config(backend));
    }
  }

  @Test
  void aConversionWhoseCommitFailsLeavesNoCopyBehind() throws Exception {
    fill(StorageBackend.HYBRID);
    List<String> content = with(StorageBackend.HYBRID, ConversionTest::content);
    InstantSource obstructing =
        () -> {
          if (Files.exists(folder.resolve("converting/new/records"))) {
            boolean unused = folder.resolve("converting/ready.json.new").toFile().mkdir();
          }
          return NOON;
        };
    try (DataDirectory directory = DataDirectory.open(folder, clock)) {
      Conversion conversion =
          new Conversion(directory, config(StorageBackend.HYBRID), obstructing, System::nanoTime);
      assertCode(
          ErrorCode.STORE_IO,
          "ready.json.new",
          () -> conversion.to(StorageBackend.JSON, new ExchangeProgress()));
      assertThat(folder.resolve("converting")).doesNotExist();
    }
    assertThat(with(StorageBackend.HYBRID, ConversionTest::content)).isEqualTo(content);
  }

  @Test
  void theSameFormAndAnEmptyDirectoryAreRefused() {
    assertCode(
        ErrorCode.CONFIG_INVALID_VALUE,
        "no store",
        () -> convert(StorageBackend.HYBRID, StorageBackend.JSON));
    fill(StorageBackend.JSON);
    assertCode(
        ErrorCode.CONFIG_INVALID_VALUE,
        "has the form json already",
        () -> convert(StorageBackend.HYBRID, StorageBackend.JSON));
  }

  @Test
  void damageIsToldAndTheRestConverted() throws Exception {
    fill(StorageBackend.JSON);
    Path day;
    try (Stream<Path> files = Files.list(folder.resolve("metrics"))) {
      day = files.filter(file -> file.toString().endsWith("24.jsonl")).findFirst().orElseThrow();
    }
    byte[] bytes = Files.readAllBytes(day);
    bytes[bytes.length / 2] ^= 4;
    Files.write(day, bytes);
    Conversion.Report done = convert(StorageBackend.JSON, StorageBackend.HYBRID);
    assertThat(done.problems()).isNotEmpty();
    assertThat(done.copied().samples()).isBetween(2L * ODD.length, 4L * ODD.length - 1);
  }
}
