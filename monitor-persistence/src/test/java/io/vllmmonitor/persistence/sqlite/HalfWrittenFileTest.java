package io.vllmmonitor.persistence.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.testkit.time.ManualClock;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is on the disk when a process dies, or the disk fails, while a file is made. */
class HalfWrittenFileTest {
  private static final Migration FIRST =
      new Migration(1, "first", List.of("CREATE TABLE t (id INTEGER PRIMARY KEY, bytes BLOB)"));
  private static final Schema SCHEMA = new Schema("test", List.of(FIRST), true);
  private static final String SPILLING = "PRAGMA cache_size = 2";

  private final ManualClock clock = ManualClock.at("2026-11-25T12:00:00Z");

  @TempDir Path folder;

  private Path database() {
    return folder.resolve("test.db");
  }

  private Path journal() {
    return folder.resolve("test.db-journal");
  }

  private SqliteFile open() {
    return SqliteFile.open(database(), SCHEMA, clock, clock.nanoTicker(), new StoreCounters());
  }

  private void assertFresh() {
    try (SqliteFile file = open()) {
      int inserted =
          file.write(session -> session.prepare("INSERT INTO t VALUES (7, x'01')").executeUpdate());
      assertThat(inserted).isEqualTo(1);
    }
    try (SqliteFile file = open()) {
      assertThat(count(file)).isEqualTo(1);
      assertThat(file.<Long>read(session -> session.number("PRAGMA auto_vacuum"))).isEqualTo(2);
    }
    assertThat(journal()).doesNotExist();
  }

  private static long count(SqliteFile file) {
    return file.read(session -> session.number("SELECT count(*) FROM t"));
  }

  private void assertRefusedUntouched(ErrorCode code) throws IOException {
    Map<String, byte[]> before = content();
    assertThatThrownBy(this::open)
        .isInstanceOfSatisfying(MonitorException.class, e -> assertThat(e.code()).isEqualTo(code));
    Map<String, byte[]> after = content();
    assertThat(after.keySet()).isEqualTo(before.keySet());
    before.forEach((name, bytes) -> assertThat(after.get(name)).as(name).isEqualTo(bytes));
  }

  private Map<String, byte[]> content() throws IOException {
    Map<String, byte[]> found = new HashMap<>();
    try (Stream<Path> files = Files.list(folder).filter(Files::isRegularFile)) {
      for (Path file : files.toList()) {
        found.put(file.getFileName().toString(), Files.readAllBytes(file));
      }
    }
    return found;
  }

  /** The header that SQLite writes; a file that had no pages has no pages to keep. */
  private static byte[] journalHeader(int pagesBefore) {
    ByteBuffer header = ByteBuffer.allocate(512);
    header.putLong(0xd9d505f920a163d7L).putInt(0).putInt(0x1234).putInt(pagesBefore);
    return header.putInt(512).putInt(4096).array();
  }

  /** The page that SQLite makes when an empty file is moved to the write-ahead log. */
  private byte[] firstPage() throws IOException, SQLException {
    Path file = Files.createDirectories(folder.resolve("other")).resolve("empty.db");
    run(file, "PRAGMA auto_vacuum = INCREMENTAL", "PRAGMA journal_mode = WAL");
    return Files.readAllBytes(file);
  }

  private static void run(Path file, String... statements) throws SQLException {
    try (Connection connection = connect(file);
        Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }

  private static Connection connect(Path file) throws SQLException {
    return DriverManager.getConnection("jdbc:sqlite:" + file);
  }

  /** Leaves the file and its hot journal as they are in the middle of the statements. */
  private void cutOffAfter(Path working, String... statements) throws SQLException, IOException {
    try (Connection connection = connect(working);
        Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
      Files.copy(working, database(), StandardCopyOption.REPLACE_EXISTING);
      Files.copy(working.resolveSibling(working.getFileName() + "-journal"), journal());
      statement.execute("ROLLBACK");
    }
    assertThat(UnfinishedJournal.of(database())).isPresent();
  }

  private Path working() throws IOException {
    return Files.createDirectories(folder.resolve("other")).resolve("working.db");
  }

  private static String fill(String table, int rows) {
    return "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < "
        + rows
        + ") INSERT INTO "
        + table
        + " SELECT i, zeroblob(3000) FROM n";
  }

  @Test
  void aFileCutOffBeforeItsFirstPageWasCommittedIsAFreshOne() throws Exception {
    Files.write(database(), firstPage());
    Files.write(journal(), journalHeader(0));

    assertFresh();
  }

  @Test
  void aTornFirstPageIsAFreshFile() throws Exception {
    Files.write(database(), Arrays.copyOf(firstPage(), 512));
    Files.write(journal(), journalHeader(0));

    assertFresh();
  }

  @Test
  void aMoveToTheLogCutOffBeforeThereWereTablesIsUndone() throws Exception {
    Files.write(database(), firstPage());
    Files.write(journal(), journalHeader(1));

    assertFresh();
  }

  @Test
  void anEmptyFileIsAFreshOneWithAndWithoutAJournal() throws Exception {
    Files.write(database(), new byte[0]);
    Files.write(journal(), journalHeader(0));
    assertFresh();

    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.write(database(), new byte[0]);
    assertFresh();
  }

  @Test
  void aJournalThatWasCutOffItselfHasChangedNothing() throws Exception {
    Files.write(journal(), Arrays.copyOf(journalHeader(0), 10));
    assertFresh();

    Files.write(journal(), Arrays.copyOf(journalHeader(5), 10));
    try (SqliteFile file = open()) {
      assertThat(count(file)).isEqualTo(1);
    }
  }

  @Test
  void aSchemaThatWasNotCommittedIsMadeAgain() throws Exception {
    cutOffAfter(
        working(),
        SPILLING,
        "BEGIN",
        "CREATE TABLE schema_versions (version INTEGER PRIMARY KEY, name TEXT)",
        "CREATE TABLE t (id INTEGER PRIMARY KEY, bytes BLOB)",
        fill("t", 50));
    assertThat(Files.size(database())).isGreaterThan(4096);

    assertFresh();
  }

  @Test
  void aFileOfOursKeepsItsRowsWhenItsMoveToTheLogWasCutOff() throws Exception {
    try (SqliteFile file = open()) {
      file.write(session -> session.prepare("INSERT INTO t VALUES (7, x'01')").executeUpdate());
    }
    Path working = working();
    run(database(), "VACUUM INTO '" + working + "'"); // what a restored backup consists of
    cutOffAfter(working, SPILLING, "BEGIN", "DELETE FROM t", fill("t", 50));

    try (SqliteFile file = open()) {
      assertThat(count(file)).isEqualTo(1);
      assertThat(file.<Long>read(session -> session.number("SELECT id FROM t"))).isEqualTo(7);
    }
  }

  @Test
  void theJournalOfAnotherProgramIsNotRolledBack() throws Exception {
    Path working = working();
    run(working, "CREATE TABLE theirs (id INTEGER PRIMARY KEY, bytes BLOB)", fill("theirs", 50));
    cutOffAfter(working, SPILLING, "BEGIN", "UPDATE theirs SET bytes = zeroblob(2999)");

    assertRefusedUntouched(ErrorCode.STORE_FOREIGN);
  }

  @Test
  void aFileThatAnotherProgramIsMakingIsNotRolledBack() throws Exception {
    run(database(), "CREATE TABLE theirs (id INTEGER PRIMARY KEY, bytes BLOB)", fill("theirs", 50));
    Files.write(journal(), journalHeader(0));

    assertRefusedUntouched(ErrorCode.STORE_FOREIGN);
  }

  @Test
  void aJournalWhoseFileIsGoneIsNotThrownAway() throws Exception {
    Files.write(journal(), journalHeader(5));

    assertRefusedUntouched(ErrorCode.STORE_DAMAGED);
  }
}
