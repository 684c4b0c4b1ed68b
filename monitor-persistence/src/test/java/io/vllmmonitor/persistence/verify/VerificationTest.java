package io.vllmmonitor.persistence.verify;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.history.Problem;
import io.vllmmonitor.api.sample.Labels;
import io.vllmmonitor.api.sample.SampleBatch;
import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.api.sample.SeriesSelector;
import io.vllmmonitor.api.store.RecordKind;
import io.vllmmonitor.api.store.StoredRecord;
import io.vllmmonitor.api.target.TargetId;
import io.vllmmonitor.persistence.backup.Backups;
import io.vllmmonitor.persistence.config.PersistenceConfig;
import io.vllmmonitor.persistence.engine.OpenStores;
import io.vllmmonitor.persistence.memory.StoredMemory;
import io.vllmmonitor.persistence.twin.Twins;
import io.vllmmonitor.testkit.time.ManualClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VerificationTest {
  private static final String DAY = "metrics/2026-11-25.db";
  private static final String MONTH = "metrics/rollup-2026-11.db";
  private static final int SERIES = 40;
  private static final int ROWS = 400;

  private final ManualClock clock = ManualClock.at("2026-11-25T12:00:00Z");
  private final Random random = new Random(11);

  @TempDir Path folder;

  private Path data() {
    return folder.resolve("data");
  }

  private static SeriesKey key(String name) {
    return new SeriesKey(name, Labels.of(Map.of("instance", "gpu1:8000")));
  }

  @BeforeEach
  void writeAStore() {
    List<SeriesKey> page = IntStream.range(0, SERIES).mapToObj(i -> key("m" + i)).toList();
    try (OpenStores stores = OpenStores.in(data(), clock)) {
      List<SampleBatch> batches = new ArrayList<>();
      for (int i = 0; i < ROWS; i++) {
        batches.add(
            new SampleBatch(
                new TargetId("gpu1:8000"),
                clock.instant().minusSeconds(30L * (ROWS - i)),
                page,
                random.doubles(SERIES).toArray()));
      }
      stores.engine().series().append(batches.subList(0, 300));
      stores.engine().series().flush();
      stores.engine().series().append(batches.subList(300, ROWS));
      stores.engine().records().write(StoredMemory.rows(entries -> entries.problem(problem())));
      String unused = stores.engine().blobs().put("class Guardrail {}".getBytes(UTF_8));
    }
  }

  private Problem problem() {
    Instant now = clock.instant();
    return new Problem(ErrorCode.STORE_IO, Blame.ENVIRONMENT, "disk", "slow", 1, now, now);
  }

  private static PersistenceConfig config(Path directory) {
    return PersistenceConfig.builder(directory).reserveSize(0).build();
  }

  private static Usage usage(boolean atRest) {
    return atRest ? Usage.atRest() : Usage.open(Runnable::run);
  }

  private VerifyReport verify() {
    return verify(true);
  }

  private VerifyReport verify(boolean atRest) {
    return new Verification(clock, System::nanoTime)
        .directory(config(data()), usage(atRest), VerifyWatch.none());
  }

  private static PartReport part(VerifyReport report, String name) {
    return report.parts().stream()
        .filter(part -> part.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static void assertHealthy(VerifyReport report) {
    assertThat(report.findings()).isEmpty();
    assertThat(report.totalFindings()).isZero();
  }

  @Test
  void aHealthyStoreHasNoFindingsAndEveryPieceOfItWasRead() throws IOException {
    Map<String, String> before = content();

    VerifyReport report = verify();

    assertHealthy(report);
    assertThat(report.opened()).isTrue();
    assertThat(report.freeBytes()).isPositive();
    assertThat(report.notes()).isEmpty();
    assertThat(part(report, "samples").checked())
        .containsEntry("samples", (long) SERIES * ROWS)
        .containsEntry("journal rows", 100L)
        .containsEntry("packs", 3L * part(report, "samples").checked().getOrDefault("blocks", 0L));
    assertThat(part(report, "aggregates").checked().get("aggregates")).isGreaterThan(1_000);
    assertThat(part(report, "records").checked())
        .containsEntry("problems", 1L)
        .containsEntry("blobs", 1L)
        .containsEntry("blob bytes", 18L);
    assertThat(part(report, "records").checked().get("metric_hours")).isPositive();
    assertThat(content()).isEqualTo(before);
  }

  private Map<String, String> content() throws IOException {
    Map<String, String> found = new HashMap<>();
    try (Stream<Path> files = Files.walk(data())) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        found.put(file.toString(), Arrays.toString(Files.readAllBytes(file)));
      }
    }
    return found;
  }

  @Test
  void aStoreInUseIsReadOnSnapshots() {
    try (OpenStores stores = OpenStores.in(data(), clock)) {
      stores
          .engine()
          .series()
          .append(
              List.of(
                  new SampleBatch(
                      new TargetId("gpu1:8000"),
                      clock.instant(),
                      List.of(key("m0")),
                      new double[] {1})));

      VerifyReport report = verify(false);

      assertHealthy(report);
      assertThat(part(report, "samples").checked())
          .containsEntry("samples", (long) SERIES * ROWS + 1);
    }
  }

  /** Finds the bytes of a value in a file and flips one bit of them. */
  private void flip(String file, String sql) throws SQLException, IOException {
    byte[] wanted;
    try (Connection connection =
            DriverManager.getConnection(
                "jdbc:sqlite:" + data().resolve(file).toUri() + "?immutable=1");
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      rows.next();
      byte[] value = rows.getBytes(1);
      wanted = Arrays.copyOf(value, Math.min(value.length, 60)); // long ones go over many pages
    }
    byte[] bytes = Files.readAllBytes(data().resolve(file));
    int flips = 0;
    for (int i = 0; i + wanted.length <= bytes.length; i++) {
      if (Arrays.equals(bytes, i, i + wanted.length, wanted, 0, wanted.length)) {
        bytes[i + wanted.length / 2] ^= 4; // in copies on pages that are free again too
        flips++;
      }
    }
    assertThat(flips).isPositive();
    Files.write(data().resolve(file), bytes);
  }

  private void assertFound(String file, String sql, String what) throws Exception {
    byte[] before = Files.readAllBytes(data().resolve(file));
    flip(file, sql);

    VerifyReport report = verify();

    assertThat(report.totalFindings()).as(what).isPositive();
    assertThat(report.findings())
        .as(what)
        .allSatisfy(finding -> assertThat(finding.file()).isEqualTo(file))
        .allSatisfy(finding -> assertThat(finding.remedy()).isNotEmpty())
        .anySatisfy(finding -> assertThat(finding.found()).contains(what));
    Files.write(data().resolve(file), before);
    assertHealthy(verify());
  }

  @Test
  void aFlippedBitOfEverySortOfContentIsFound() throws Exception {
    assertFound(DAY, "SELECT bytes FROM packs WHERE id = 2", "pack 2 does not match its checksum");
    assertFound(DAY, "SELECT times FROM blocks", "block 1 does not match its checksum");
    assertFound(DAY, "SELECT samples FROM journal ORDER BY id LIMIT 1", "journal row");
    assertFound(DAY, "SELECT members FROM shapes", "shape 1 does not match its checksum");
    assertFound(DAY, "SELECT 'm17'", "series 18 does not match its checksum");
    assertFound(MONTH, "SELECT pack FROM minutes LIMIT 1", "pack of minutes");
    assertFound(MONTH, "SELECT pack FROM hours LIMIT 1", "hourly pack");
    assertFound(MONTH, "SELECT members FROM shapes", "shape");
    assertFound("monitor.db", "SELECT detail FROM problems", "table problems");
    assertFound("monitor.db", "SELECT bytes FROM blobs", "does not match its hash");
    assertFound(
        "monitor.db", "SELECT CAST('CREATE TABLE incidents' AS BLOB)", "incidents"); // its schema
  }

  @Test
  void whatVerificationDoesNotFindDoesNoHarm() throws IOException {
    List<String> written = readAll(new ArrayList<>());
    byte[] day = Files.readAllBytes(data().resolve(DAY));
    byte[] mark = Files.readAllBytes(data().resolve("metrics/2026-11-25.mark"));
    int found = 0;
    for (int i = 0; i < 80; i++) {
      byte[] flipped = day.clone();
      int position = random.nextInt(day.length);
      flipped[position] ^= (byte) (1 << random.nextInt(8));
      Files.write(data().resolve(DAY), flipped);
      Files.write(data().resolve("metrics/2026-11-25.mark"), mark);
      if (verify().totalFindings() > 0) {
        found++;
      } else {
        List<Problem> damage = new ArrayList<>();
        assertThat(readAll(damage)).as("byte %d", position).isEqualTo(written);
        assertThat(damage).as("byte %d", position).isEmpty();
      }
    }
    assertThat(found).isGreaterThan(25);
  }

  private List<String> readAll(List<Problem> damage) {
    try (OpenStores stores = OpenStores.in(data(), clock)) {
      stores.engine().onDamage(damage::add);
      List<String> found = new ArrayList<>();
      stores
          .engine()
          .series()
          .read(SeriesSelector.all(), Instant.EPOCH, Instant.MAX, 100_000)
          .forEach(
              series -> {
                for (int i = 0; i < series.size(); i++) {
                  found.add(series.series() + " " + series.epochMillis(i) + " " + series.value(i));
                }
              });
      damage.addAll(stores.engine().report().problems());
      return found;
    }
  }

  @Test
  void aRowThatIsNoEntityIsCountedByItsKind() {
    try (OpenStores stores = OpenStores.in(data(), clock)) {
      stores
          .engine()
          .records()
          .write(
              List.of(
                  new StoredRecord(
                      RecordKind.INCIDENTS, "i-1", clock.instant(), null, Map.of(), "{}"),
                  new StoredRecord(
                      RecordKind.AUDIT, "a-1", clock.instant(), null, Map.of(), "{}")));
    }

    VerifyReport report = verify();

    assertThat(part(report, "records").checked())
        .containsEntry("damaged incidents", 1L)
        .containsEntry("incidents", 1L)
        .containsEntry("damaged audit", 1L);
    assertThat(report.findings())
        .extracting(Finding::found)
        .satisfiesExactlyInAnyOrder(
            found -> assertThat(found).contains("'i-1'", "Incident"),
            found -> assertThat(found).contains("'a-1'", "AuditEntry"));
  }

  @Test
  void rowsThatNameOthersThatAreGoneAreNotedAndNoFinding() {
    try (OpenStores stores = OpenStores.in(data(), clock)) {
      stores
          .engine()
          .records()
          .write(
              List.of(
                  new StoredRecord(
                      RecordKind.HAPPY_PATHS,
                      "h-1",
                      clock.instant(),
                      null,
                      Map.of(),
                      "{\"path_id\":\"h-1\",\"checkpoints\":[\"gone-1\",\"gone-2\"]}")));
    }

    VerifyReport report = verify();

    assertThat(report.notes())
        .anySatisfy(note -> assertThat(note).contains("2 checkpoints", "gone-1, gone-2"));
  }

  @Test
  void commitsAndFilesThatAreMissingAreFound() throws IOException {
    Path mark = data().resolve("monitor.mark");
    byte[] acknowledged = Files.readAllBytes(mark);
    try (OpenStores stores = OpenStores.in(folder.resolve("other"), clock)) {
      for (int i = 0; i < 50; i++) {
        String unused = stores.engine().blobs().put(new byte[] {(byte) i});
      }
    }
    Files.write(mark, Files.readAllBytes(folder.resolve("other/monitor.mark")));
    assertThat(verify().findings())
        .singleElement()
        .satisfies(finding -> assertThat(finding.found()).contains("were acknowledged"));
    Files.write(mark, new byte[] {1});
    assertThat(verify().findings())
        .singleElement()
        .satisfies(finding -> assertThat(finding.found()).contains("mark is unusable"));
    Files.write(mark, acknowledged);

    Files.delete(data().resolve(DAY));
    assertThat(verify().findings())
        .singleElement()
        .satisfies(finding -> assertThat(finding.file()).isEqualTo(DAY));
  }

  @Test
  void aReadableTwinThatSomebodyEditedIsNoted() throws IOException {
    boolean unused =
        new Twins(data(), "monitor.db", clock)
            .write("plugins.json", JsonNodeFactory.instance.arrayNode().add("guardrail"));
    assertThat(verify().notes()).isEmpty();

    Path twin = data().resolve("plugins.json");
    Files.writeString(twin, Files.readString(twin).replace("\"guardrail\"", "\"other\""));

    VerifyReport report = verify();
    assertHealthy(report);
    assertThat(report.notes())
        .singleElement()
        .satisfies(note -> assertThat(note).startsWith("plugins.json was changed by somebody"));
  }

  @Test
  void aFileOfRecordsOfOthersIsRefusedAndADamagedOneIsToldAsSuch() throws Exception {
    Path database = data().resolve("monitor.db");
    byte[] before = Files.readAllBytes(database);
    sql(database, "INSERT INTO schema_versions VALUES (99, 'later', 1, 1)");
    assertRefused(ErrorCode.STORE_NEWER);
    Files.write(database, "no database at all, but long enough to look at".getBytes(UTF_8));
    VerifyReport report = verify();
    assertThat(report.opened()).isFalse();
    assertThat(report.findings())
        .singleElement()
        .satisfies(finding -> assertThat(finding.found()).contains("STORE_DAMAGED"));
    assertThat(part(report, "samples").checked()).containsEntry("samples", (long) SERIES * ROWS);
    Files.delete(database);
    sql(database, "CREATE TABLE theirs (id INTEGER)");
    assertRefused(ErrorCode.STORE_FOREIGN);
    Files.write(database, before);
    assertHealthy(verify());
  }

  private static void sql(Path file, String sql) throws SQLException {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private void assertRefused(ErrorCode code) {
    assertThatThrownBy(this::verify)
        .isInstanceOfSatisfying(MonitorException.class, e -> assertThat(e.code()).isEqualTo(code));
  }

  @Test
  void whereThereIsNoStoreThatIsSaid() {
    assertThatThrownBy(
            () ->
                new Verification(clock, System::nanoTime)
                    .directory(config(folder), Usage.atRest(), VerifyWatch.none()))
        .isInstanceOfSatisfying(
            MonitorException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFIG_INVALID_VALUE));
  }

  @Test
  void aDayThatIsNoDatabaseDoesNotHideTheRest() throws IOException {
    Files.writeString(data().resolve("metrics/2026-11-24.db"), "x".repeat(5_000));
    Files.write(data().resolve("metrics/2026-11-23.db"), new byte[0]);
    Files.writeString(data().resolve("metrics/2026-11-22.db.damaged-17"), "old");

    VerifyReport report = verify();

    assertThat(report.findings())
        .singleElement()
        .satisfies(finding -> assertThat(finding.file()).isEqualTo("metrics/2026-11-24.db"));
    assertThat(part(report, "samples").checked()).containsEntry("samples", (long) SERIES * ROWS);
    assertThat(report.notes())
        .anySatisfy(note -> assertThat(note).contains("2026-11-23.db", "cut off"))
        .anySatisfy(note -> assertThat(note).contains("2026-11-22.db.damaged-17", "set aside"));
  }

  private VerifyReport backup(Path backup) {
    return new Verification(clock, System::nanoTime)
        .backup(backup, config(data()), VerifyWatch.none());
  }

  @Test
  void aBackupIsComparedWithItsManifest() throws Exception {
    Path backup =
        new Backups(data(), "monitor.db", Supplier::get, 3, clock, System::nanoTime).make().path();
    assertHealthy(backup(backup));
    assertThat(part(backup(backup), "backup").checked().get("files")).isGreaterThanOrEqualTo(3);

    Files.writeString(backup.resolve("metrics/more"), "x");
    byte[] day = Files.readAllBytes(backup.resolve(DAY));
    day[day.length - 1] ^= 1;
    Files.write(backup.resolve(DAY), day);
    Files.delete(backup.resolve(MONTH));
    VerifyReport report = backup(backup);

    assertThat(report.findings())
        .anySatisfy(
            finding -> {
              assertThat(finding.file()).isEqualTo(DAY);
              assertThat(finding.found()).contains("SHA-256");
            })
        .anySatisfy(
            finding -> {
              assertThat(finding.file()).isEqualTo(MONTH);
              assertThat(finding.found()).contains("is not there");
            });
    assertThat(report.notes()).anySatisfy(note -> assertThat(note).contains("metrics/more"));

    Files.delete(backup.resolve("backup.json"));
    assertThatThrownBy(() -> backup(backup))
        .isInstanceOfSatisfying(
            MonitorException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.BACKUP_INVALID));
  }

  @Test
  void theWatchSeesEveryFileAndMayEndTheWork() {
    List<String> steps = new ArrayList<>();
    VerifyWatch stopping =
        new VerifyWatch() {
          @Override
          public void step(String what) {
            steps.add(what);
            if (what.equals(DAY)) {
              throw new MonitorException(ErrorCode.SHUTTING_DOWN, Blame.MONITOR, "stop");
            }
          }

          @Override
          public void checked(long more) {
            steps.add(more > 0 ? "counted" : "");
          }
        };

    assertThatThrownBy(
            () ->
                new Verification(clock, System::nanoTime)
                    .directory(config(data()), Usage.atRest(), stopping))
        .hasMessage("stop");
    assertThat(steps).contains("monitor.db", "counted", DAY);
  }

  @Test
  void aWatchThatHasEnoughEndsTheWorkOnALargeFileToo() {
    VerifyWatch enough =
        new VerifyWatch() {
          private boolean over;

          @Override
          public void step(String what) {
            over = what.equals(DAY);
          }

          @Override
          public void checked(long more) {
            if (over) {
              throw new MonitorException(ErrorCode.SHUTTING_DOWN, Blame.MONITOR, "enough");
            }
          }
        };

    for (boolean atRest : new boolean[] {true, false}) {
      assertThatThrownBy(
              () ->
                  new Verification(clock, System::nanoTime)
                      .directory(config(data()), usage(atRest), enough))
          .hasMessage("enough");
    }
  }
}
