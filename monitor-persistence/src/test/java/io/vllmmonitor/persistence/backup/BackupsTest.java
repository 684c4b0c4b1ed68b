package io.vllmmonitor.persistence.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.sample.SampleBatch;
import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.api.sample.SeriesSelector;
import io.vllmmonitor.api.store.RecordKind;
import io.vllmmonitor.api.store.StoredRecord;
import io.vllmmonitor.api.target.TargetId;
import io.vllmmonitor.persistence.engine.DataDirectory;
import io.vllmmonitor.persistence.engine.StoreEngine;
import io.vllmmonitor.testkit.time.ManualClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BackupsTest {
  private static final Instant NOON = Instant.parse("2026-11-25T12:00:00Z");

  private final ManualClock clock = new ManualClock(NOON);

  @TempDir Path folder;

  private Path data() {
    return folder.resolve("data");
  }

  private Backups backups(int keep) {
    return new Backups(data(), "monitor.db", Supplier::get, keep, clock, System::nanoTime);
  }

  private void withStore(Path directory, Consumer<StoreEngine> work) {
    try (DataDirectory opened = DataDirectory.open(directory, clock);
        StoreEngine engine = StoreEngine.open(opened, clock, System::nanoTime)) {
      work.accept(engine);
    }
  }

  private static void fill(StoreEngine engine, Instant at, String id) {
    engine
        .series()
        .append(
            List.of(
                new SampleBatch(
                    new TargetId("gpu1:8000"),
                    at,
                    List.of(SeriesKey.of("a")),
                    new double[] {at.getEpochSecond()})));
    engine
        .records()
        .write(List.of(new StoredRecord(RecordKind.AUDIT, id, at, null, Map.of(), "{}")));
    String unused = engine.blobs().put(id.getBytes(java.nio.charset.StandardCharsets.UTF_8));
  }

  private static long samples(StoreEngine engine) {
    return engine
        .series()
        .read(SeriesSelector.all(), Instant.EPOCH, NOON.plusSeconds(1_000_000), 1_000_000)
        .stream()
        .mapToLong(data -> data.size())
        .sum();
  }

  private static void assertRefused(ThrowingCallable call, ErrorCode code, String... words) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(MonitorException.class, e -> assertThat(e.code()).isEqualTo(code))
        .hasMessageContainingAll(words);
  }

  @Test
  void aBackupOfARunningStoreComesBackInAFreshDirectory() {
    withStore(
        data(),
        engine -> {
          fill(engine, NOON, "first");
          Backups.Backup backup = backups(3).make();
          fill(engine, NOON.plusSeconds(1), "later");

          Path fresh = folder.resolve("fresh");
          BackupManifest manifest = new Restoring(System::nanoTime).restore(backup.path(), fresh);

          assertThat(manifest.files())
              .extracting(BackupManifest.Entry::path)
              .contains("monitor.db", "metrics/2026-11-25.db");
          withStore(
              fresh,
              restored -> {
                assertThat(restored.report().problems()).isEmpty();
                assertThat(samples(restored)).isEqualTo(1);
                assertThat(restored.records().count(RecordKind.AUDIT)).isEqualTo(1);
                assertThat(restored.records().find(RecordKind.AUDIT, "first")).isPresent();
                assertThat(restored.blobs().hashes()).hasSize(1);
              });
          assertThat(samples(engine)).isEqualTo(2);
        });
  }

  @Test
  void aDayThatDidNotChangeIsCopiedOnceAndKeptByEachBackup() {
    withStore(
        data(),
        engine -> {
          fill(engine, NOON.minus(Duration.ofDays(1)), "yesterday");
          fill(engine, NOON, "today");
          Backups backups = backups(2);
          Backups.Backup first = backups.make();
          fill(engine, NOON.plusSeconds(1), "more");
          clock.advance(Duration.ofHours(1));
          Backups.Backup second = backups.make();

          String day = "metrics/2026-11-24.db";
          assertThat(isSameFile(first.path().resolve(day), second.path().resolve(day))).isTrue();
          assertThat(
                  isSameFile(
                      first.path().resolve("monitor.db"), second.path().resolve("monitor.db")))
              .isFalse();
          assertThat(second.copied()).isLessThan(second.bytes());

          clock.advance(Duration.ofHours(1));
          Backups.Backup third = backups.make();
          assertThat(backups.list()).containsExactly(third.path(), second.path());
          assertThat(new Restoring(System::nanoTime).check(second.path()).bytes())
              .isEqualTo(second.bytes());
        });
  }

  private static boolean isSameFile(Path a, Path b) {
    try {
      return Files.isSameFile(a, b)
          || Files.getAttribute(a, "unix:ino").equals(Files.getAttribute(b, "unix:ino"));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aCopyThatHasRottenIsNotLinkedToAgain() throws Exception {
    withStore(data(), engine -> fill(engine, NOON, "only"));
    Backups backups = backups(3);
    Backups.Backup first = backups.make();
    flip(first.path().resolve("monitor.db"));
    clock.advance(Duration.ofHours(1));

    Backups.Backup second = backups.make();

    assertThat(new Restoring(System::nanoTime).check(second.path()).files()).isNotEmpty();
    assertRefused(
        () -> new Restoring(System::nanoTime).check(first.path()),
        ErrorCode.BACKUP_INVALID,
        "monitor.db",
        "SHA-256");
  }

  @Test
  void secretsAndWhatTellsOfTheProcessStayOut() throws Exception {
    withStore(
        data(),
        engine -> {
          try {
            Files.writeString(data().resolve("token"), "secret");
            Files.createDirectory(data().resolve("cache"));
            Files.writeString(data().resolve("cache").resolve("classes-17.jsa"), "classes");
            Files.writeString(data().resolve("STOP"), "");
            Files.createSymbolicLink(data().resolve("link"), Path.of("/etc/hostname"));
          } catch (IOException e) {
            throw new AssertionError(e);
          }
          Backups.Backup backup = backups(3).make();
          assertThat(backup.path().resolve("token")).doesNotExist();
          assertThat(backup.path().resolve("cache")).doesNotExist();
          assertThat(backup.path().resolve("daemon.json")).doesNotExist();
          assertThat(backup.path().resolve("owner.lock")).doesNotExist();
          assertThat(backup.path().resolve("link")).doesNotExist();
          assertThat(backup.path().resolve("STOP")).exists();
        });
  }

  @Test
  void onlyAFreshDirectoryIsRestoredInto() throws Exception {
    withStore(data(), engine -> fill(engine, NOON, "only"));
    Backups.Backup backup = backups(3).make();
    Path taken = Files.createDirectory(folder.resolve("taken"));
    Path mine = Files.writeString(taken.resolve("mine"), "x");

    assertRefused(
        () -> new Restoring(System::nanoTime).restore(backup.path(), taken),
        ErrorCode.STORE_DIRECTORY_NOT_EMPTY,
        taken.toString());
    assertThat(taken).isDirectoryContaining(path -> path.equals(mine));

    Files.delete(mine);
    assertThat(new Restoring(System::nanoTime).restore(backup.path(), taken).files()).isNotEmpty();
  }

  @Test
  void aDamagedBackupLeavesNothingBehind() throws Exception {
    withStore(data(), engine -> fill(engine, NOON, "only"));
    Backups.Backup backup = backups(3).make();
    flip(backup.path().resolve("metrics/2026-11-25.db"));
    Path fresh = folder.resolve("fresh");

    assertRefused(
        () -> new Restoring(System::nanoTime).restore(backup.path(), fresh),
        ErrorCode.BACKUP_INVALID,
        "2026-11-25.db");
    assertThat(fresh).doesNotExist();
  }

  @Test
  void manifestsThatLeadOutsideAreRefused() throws Exception {
    Path outside = Files.writeString(folder.resolve("outside"), "x");
    String hash = BackupFiles.hash(outside);
    for (String path : List.of("../outside", outside.toString(), "a/../../outside")) {
      Path backup = Files.createTempDirectory(folder, "hostile");
      Files.writeString(
          backup.resolve("backup.json"),
          "{\"format\":1,\"at\":\"x\",\"files\":[{\"path\":\""
              + path
              + "\",\"bytes\":1,\"sha256\":\""
              + hash
              + "\",\"commit\":-1}]}");
      assertRefused(
          () -> new Restoring(System::nanoTime).restore(backup, folder.resolve("fresh")),
          ErrorCode.BACKUP_INVALID,
          path);
    }
    for (String manifest :
        List.of("", "null", "{}", "{\"format\":2,\"at\":\"x\",\"files\":[]}", "{\"format\":1}")) {
      Path backup = Files.createTempDirectory(folder, "hostile");
      Files.writeString(backup.resolve("backup.json"), manifest);
      assertRefused(
          () -> new Restoring(System::nanoTime).restore(backup, folder.resolve("fresh")),
          ErrorCode.BACKUP_INVALID,
          "no whole backup");
    }
    assertThat(folder.resolve("fresh")).doesNotExist();
  }

  @Test
  void whatAKilledBackupLeftIsNoBackupAndIsTakenAway() throws Exception {
    withStore(data(), engine -> fill(engine, NOON, "only"));
    Path killed =
        Files.createDirectories(data().resolve("backups/2026-11-24T12-00-00.000Z.unfinished"));
    Files.writeString(killed.resolve("monitor.db"), "half");
    Path half = Files.createDirectories(data().resolve("backups/2026-11-23T12-00-00.000Z"));
    Files.writeString(half.resolve("monitor.db"), "half");

    assertThat(backups(3).list()).isEmpty();
    Backups.Backup made = backups(3).make();

    assertThat(backups(3).list()).containsExactly(made.path());
    assertThat(killed).doesNotExist();
    assertThat(half).doesNotExist();
  }

  private static void flip(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length / 2] ^= 1;
    Files.write(file, bytes);
  }
}
