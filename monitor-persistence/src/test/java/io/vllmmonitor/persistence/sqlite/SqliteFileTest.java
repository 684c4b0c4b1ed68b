package io.vllmmonitor.persistence.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.testkit.time.ManualClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

class SqliteFileTest {
  private static final Migration FIRST =
      new Migration(1, "first", List.of("CREATE TABLE t (id INTEGER PRIMARY KEY, bytes BLOB)"));
  private static final Schema SCHEMA = new Schema("test", List.of(FIRST), true);

  private final ManualClock clock = ManualClock.at("2026-11-25T12:00:00Z");
  private final StoreCounters counters = new StoreCounters();

  @TempDir Path folder;

  private Path path() {
    return folder.resolve("test.db");
  }

  private SqliteFile open(Schema schema) {
    return SqliteFile.open(path(), schema, clock, clock.nanoTicker(), counters);
  }

  private static int insert(SqliteFile file, int size) {
    return file.write(
        session -> {
          PreparedStatement insert = session.prepare("INSERT INTO t (bytes) VALUES (zeroblob(?))");
          insert.setInt(1, size);
          return insert.executeUpdate();
        });
  }

  private static long count(SqliteFile file) {
    return file.read(session -> session.number("SELECT count(*) FROM t"));
  }

  private static void assertCode(ErrorCode code, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(MonitorException.class, e -> assertThat(e.code()).isEqualTo(code));
  }

  @Test
  void theSpaceOfDeletedRowsIsGivenBack() {
    try (SqliteFile file = open(SCHEMA)) {
      for (int i = 0; i < 12; i++) {
        insert(file, 1 << 20);
      }
      file.shrink();
      long full = SqliteFile.bytesOf(path());
      int deleted =
          file.write(session -> session.prepare("DELETE FROM t WHERE id > 1").executeUpdate());
      assertThat(deleted).isEqualTo(11);
      file.shrink();

      assertThat(full).isGreaterThan(12 << 20);
      assertThat(SqliteFile.bytesOf(path())).isLessThan(2 << 20);
      assertThat(count(file)).isEqualTo(1);
    }
  }

  @Test
  void anInterruptedThreadStillLeavesItsMark() {
    try (SqliteFile file = open(SCHEMA)) {
      insert(file, 1);
      Thread.currentThread().interrupt();
      insert(file, 1);
      assertThat(Thread.interrupted()).isTrue();
      insert(file, 1);
      assertThat(counters.reading().failedMarks()).isZero();
    }
  }

  @Test
  void workThatFailsLeavesNothingAndTheNextWriteWorks() {
    try (SqliteFile file = open(SCHEMA)) {
      assertThatThrownBy(
              () ->
                  file.write(
                      session -> {
                        session.execute("INSERT INTO t (bytes) VALUES (x'01')");
                        throw new IllegalStateException("half way");
                      }))
          .hasMessage("half way");
      assertCode(
          ErrorCode.INTERNAL,
          () ->
              file.write(
                  session -> {
                    session.execute("INSERT INTO t (bytes) VALUES (x'01')");
                    session.execute("INSERT INTO nowhere VALUES (1)");
                    return 1;
                  }));
      assertThat(count(file)).isZero();
      insert(file, 1);
      assertThat(count(file)).isEqualTo(1);
      assertThat(counters.reading().failedWrites()).isEqualTo(2);
    }
  }

  @Test
  void aFullFileIsACodedErrorAndWritingGoesOnOnceThereIsRoom() {
    try (SqliteFile file = open(SCHEMA)) {
      assertCode(
          ErrorCode.STORE_FULL,
          () ->
              file.write(
                  session -> {
                    session.execute("PRAGMA max_page_count = 20"); // of this connection only
                    session.execute("INSERT INTO t (bytes) VALUES (zeroblob(1000000))");
                    return 1;
                  }));
      assertThat(count(file)).isZero();
      insert(file, 1_000_000);
      assertThat(count(file)).isEqualTo(1);
    }
  }

  @Test
  void everyResultCodeHasItsMeaning() {
    assertMeaning(SQLiteErrorCode.SQLITE_FULL, ErrorCode.STORE_FULL);
    assertMeaning(SQLiteErrorCode.SQLITE_IOERR_FSYNC, ErrorCode.STORE_IO);
    assertMeaning(SQLiteErrorCode.SQLITE_READONLY, ErrorCode.STORE_IO);
    assertMeaning(SQLiteErrorCode.SQLITE_BUSY_SNAPSHOT, ErrorCode.STORE_IO);
    assertMeaning(SQLiteErrorCode.SQLITE_CANTOPEN, ErrorCode.STORE_IO);
    assertMeaning(SQLiteErrorCode.SQLITE_CORRUPT_VTAB, ErrorCode.STORE_DAMAGED);
    assertMeaning(SQLiteErrorCode.SQLITE_NOTADB, ErrorCode.STORE_DAMAGED);
    assertMeaning(SQLiteErrorCode.SQLITE_INTERRUPT, ErrorCode.QUERY_TIMEOUT);
    assertMeaning(SQLiteErrorCode.SQLITE_MISUSE, ErrorCode.INTERNAL);
  }

  private void assertMeaning(SQLiteErrorCode sqlite, ErrorCode ours) {
    SQLException failure = new SQLiteException("for the test", sqlite);
    assertThat(SqliteFailures.translate(path(), failure).code()).isEqualTo(ours);
  }

  @Test
  void theLogIsMovedIntoTheFileAsItGrows() throws Exception {
    try (SqliteFile file = open(SCHEMA)) {
      for (int i = 0; i < 60; i++) {
        insert(file, 500_000);
      }
      assertThat(Files.size(folder.resolve("test.db-wal"))).isLessThan(16L * 1024 * 1024);
      assertThat(Files.size(path())).isGreaterThan(16L * 1024 * 1024);
    }
    assertThat(folder.resolve("test.db-wal")).doesNotExist();
  }

  @Test
  void readersSeeTheirSnapshotWhileOthersWrite() throws Exception {
    try (SqliteFile file = open(SCHEMA)) {
      insert(file, 1);
      long twice =
          file.read(
              session -> {
                long before = session.number("SELECT count(*) FROM t");
                insert(file, 1);
                return before + session.number("SELECT count(*) FROM t");
              });
      assertThat(twice).isEqualTo(2);
      assertThat(count(file)).isEqualTo(2);
    }
  }

  @Test
  void aReaderCannotWrite() {
    try (SqliteFile file = open(SCHEMA)) {
      assertCode(
          ErrorCode.STORE_IO,
          () -> file.read(session -> session.number("INSERT INTO t VALUES (1, 1) RETURNING 1")));
    }
  }

  @Test
  void aReadThatOutlivesItsDeadlineIsStoppedInsideSqlite() {
    try (SqliteFile file = open(SCHEMA)) {
      assertCode(
          ErrorCode.QUERY_TIMEOUT,
          () ->
              file.read(
                  session -> {
                    clock.advance(Duration.ofSeconds(6));
                    return session.number(
                        "WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n)"
                            + " SELECT count(*) FROM n");
                  }));
      assertThat(count(file)).as("the next read has its own deadline").isZero();
    }
  }

  @Test
  void manyReadersShareAFewConnections() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(12);
    try (SqliteFile file = open(SCHEMA)) {
      insert(file, 1);
      CountDownLatch go = new CountDownLatch(1);
      List<Future<Long>> reads = new ArrayList<>();
      for (int i = 0; i < 12; i++) {
        reads.add(
            threads.submit(
                () -> {
                  go.await();
                  return count(file);
                }));
      }
      go.countDown();
      for (Future<Long> read : reads) {
        assertThat(read.get()).isEqualTo(1);
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void anOlderSchemaIsUpgradedAfterABackup() throws Exception {
    try (SqliteFile file = open(SCHEMA)) {
      insert(file, 7);
    }
    Migration second = new Migration(2, "second", List.of("ALTER TABLE t ADD COLUMN note TEXT"));
    Schema newer = new Schema("test", List.of(FIRST, second), true);
    try (SqliteFile file = open(newer)) {
      assertThat((long) file.read(s -> s.number("SELECT count(*) FROM t WHERE note IS NULL")))
          .isEqualTo(1);
      assertThat((long) file.read(s -> s.number("SELECT max(version) FROM schema_versions")))
          .isEqualTo(2);
    }
    Path backup = backups().get(0);
    Files.move(backup, folder.resolve("copy.db"));
    try (SqliteFile copy =
        SqliteFile.open(folder.resolve("copy.db"), SCHEMA, clock, clock.nanoTicker(), counters)) {
      assertThat(count(copy)).as("the backup has the old schema and all rows").isEqualTo(1);
    }
    assertCode(ErrorCode.STORE_NEWER, () -> open(SCHEMA));
  }

  @Test
  void anUpgradeThatFailsChangesNothing() throws Exception {
    open(SCHEMA).close();
    Migration bad =
        new Migration(2, "bad", List.of("CREATE TABLE u (id INTEGER)", "INSERT INTO v VALUES (1)"));
    assertCode(
        ErrorCode.INTERNAL, () -> open(new Schema("test", List.of(FIRST, bad), true)).close());
    try (SqliteFile file = open(SCHEMA)) {
      assertThat((long) file.read(s -> s.number("SELECT count(*) FROM pragma_table_info('u')")))
          .isZero();
    }
  }

  private List<Path> backups() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> file.toString().endsWith(".backup")).toList();
    }
  }

  @Test
  void anUnreadableMarkIsTold() throws Exception {
    try (SqliteFile file = open(SCHEMA)) {
      insert(file, 1);
    }
    Path mark = SqliteFile.markOf(path());
    byte[] bytes = Files.readAllBytes(mark);
    bytes[7] ^= 1;
    Files.write(mark, bytes);
    try (SqliteFile file = open(SCHEMA)) {
      assertThat(file.compareWithMark().orElseThrow()).contains("checksum");
      assertThat(file.compareWithMark()).isEmpty();
    }
  }

  @Test
  void oldLibrariesAreTooOld() {
    assertThat(SqliteVersion.isTooOld("3.51.2")).isTrue();
    assertThat(SqliteVersion.isTooOld("3.9.9")).isTrue();
    assertThat(SqliteVersion.isTooOld("3.51.3")).isFalse();
    assertThat(SqliteVersion.isTooOld("3.54.1")).isFalse();
    assertThat(SqliteVersion.isTooOld("4.0.0")).isFalse();
    SqliteVersion.require();
  }
}
