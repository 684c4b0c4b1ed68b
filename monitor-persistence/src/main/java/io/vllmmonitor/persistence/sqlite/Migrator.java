package io.vllmmonitor.persistence.sqlite;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings a file to the schema of this program: a new file is made, an older one is upgraded in one
 * transaction after a backup, and every other kind is refused untouched.
 */
final class Migrator {
  private static final Logger LOG = LoggerFactory.getLogger(Migrator.class);
  private static final String VERSIONS = "schema_versions";
  private static final int PAGE = 4096;
  private static final int HEADER = 100;

  private final Path file;
  private final Schema schema;
  private final InstantSource clock;
  private final LongSupplier nanoTicker;

  Migrator(Path file, Schema schema, InstantSource clock, LongSupplier nanoTicker) {
    this.file = file;
    this.schema = schema;
    this.clock = clock;
    this.nanoTicker = nanoTicker;
  }

  /**
   * @throws MonitorException STORE_FOREIGN, STORE_NEWER or STORE_DAMAGED, the file untouched;
   *     STORE_IO or STORE_FULL
   */
  void prepare() {
    try {
      finishCutOffTransaction();
      int found = exists() ? inspect() : 0;
      if (found < schema.version()) {
        upgrade(found);
      }
    } catch (SQLException e) {
      throw SqliteFailures.translate(file, e);
    }
  }

  /**
   * Rolls back what a dead process left half written while it made this file, or moved it to the
   * write-ahead log; reading alone would fail on it for ever. Files of others stay as they are.
   */
  private void finishCutOffTransaction() throws SQLException {
    Optional<UnfinishedJournal> journal = journal();
    if (journal.isEmpty()) {
      return;
    }
    refuseJournalOfOthers(journal.get());
    LOG.warn("{} was cut off while it was made; the unfinished part is rolled back", file);
    SqliteSession.rollBack(file, nanoTicker);
  }

  private Optional<UnfinishedJournal> journal() {
    try {
      return UnfinishedJournal.of(file);
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  private void refuseJournalOfOthers(UnfinishedJournal journal) throws SQLException {
    if (!exists()) {
      if (!journal.beforeAnyTable()) {
        throw damaged(
            file,
            "it is empty, but the journal beside it says that it had "
                + journal.pagesBefore()
                + " pages");
      }
      return;
    }
    try (SqliteSession session = SqliteSession.ofCopy(file, nanoTicker)) { // looks past the journal
      Set<String> tables = tables(session);
      boolean inTheMaking = tables.isEmpty() && journal.beforeAnyTable();
      if (!inTheMaking && !tables.contains(VERSIONS)) {
        throw foreign(session, tables);
      }
    } catch (SQLException e) {
      boolean inTheMaking = journal.beforeAnyTable() && (bytes() <= PAGE || beginsBlank());
      if (!inTheMaking || !SqliteFailures.isDamage(e)) {
        throw e;
      }
    }
  }

  /**
   * Whether the first page, which SQLite writes last, is still missing. Plain I/O does no harm: a
   * file with such a journal is not open in this process, so that no locks can be dropped.
   */
  private boolean beginsBlank() {
    try (InputStream content = Files.newInputStream(file)) {
      byte[] start = content.readNBytes(HEADER);
      return Arrays.equals(start, new byte[start.length]);
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  private boolean exists() {
    return Files.exists(file) && bytes() > 0;
  }

  private long bytes() {
    try {
      return Files.size(file);
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  private MonitorException unreadable(IOException cause) {
    return new MonitorException(
        ErrorCode.STORE_IO,
        Blame.ENVIRONMENT,
        "Could not look at " + file + ": " + cause.getMessage() + "; check the directory's rights",
        cause);
  }

  /** The version of the file; 0 when it is empty. Reads only. */
  private int inspect() throws SQLException {
    try (SqliteSession session = SqliteSession.reader(file, nanoTicker)) {
      if (tables(session).isEmpty()) {
        return 0;
      }
      int version = identify(session);
      if (schema.checked()) {
        checkStructure(file, session);
      }
      return version;
    }
  }

  /**
   * The version of the file. Reads only.
   *
   * @throws MonitorException STORE_FOREIGN, STORE_NEWER or STORE_DAMAGED
   */
  int identify(SqliteSession session) throws SQLException {
    Set<String> tables = tables(session);
    if (!tables.contains(VERSIONS)) {
      throw foreign(session, tables);
    }
    int version = (int) session.number("SELECT max(version) FROM " + VERSIONS);
    if (version > schema.version()) {
      throw newer(version);
    }
    compareChecksums(session);
    return version;
  }

  private static Set<String> tables(SqliteSession session) throws SQLException {
    Set<String> names = new HashSet<>();
    String sql = "SELECT name FROM sqlite_schema WHERE type = 'table'";
    try (ResultSet rows = session.prepare(sql).executeQuery()) {
      while (rows.next()) {
        names.add(rows.getString(1));
      }
    }
    return names;
  }

  private MonitorException foreign(SqliteSession session, Set<String> tables) throws SQLException {
    boolean python = isPython(session);
    String found =
        python
            ? "is the database of the Python product"
            : "is a database of another program, with the tables "
                + tables.stream().sorted().toList();
    return new MonitorException(
        ErrorCode.STORE_FOREIGN,
        Blame.OPERATOR,
        file
            + " "
            + found
            + ", and was left untouched. Start with another directory (--data DIR)"
            + (python
                ? ", and bring this one in: vllm-monitor import "
                    + file.toAbsolutePath().getParent()
                    + " --merge --data DIR"
                : ""));
  }

  private static boolean isPython(SqliteSession session) throws SQLException {
    return session.number(
            "SELECT count(*) FROM pragma_table_info('metrics') WHERE name = 'timestamp'")
        > 0;
  }

  private MonitorException newer(int version) {
    return new MonitorException(
        ErrorCode.STORE_NEWER,
        Blame.OPERATOR,
        file
            + " has version "
            + version
            + " of the schema '"
            + schema.name()
            + "', this program knows versions up to "
            + schema.version()
            + ". It was left untouched; use the newer program, or another directory (--data DIR)");
  }

  private void compareChecksums(SqliteSession session) throws SQLException {
    String sql = "SELECT version, checksum FROM " + VERSIONS + " ORDER BY version";
    try (ResultSet rows = session.prepare(sql).executeQuery()) {
      while (rows.next()) {
        int version = rows.getInt(1);
        boolean known = version >= 1 && version <= schema.version();
        if (!known || rows.getLong(2) != schema.migrations().get(version - 1).checksum()) {
          throw damaged(file, "version " + version + " of its schema is not the one released");
        }
      }
    }
  }

  static void checkStructure(Path file, SqliteSession session) throws SQLException {
    try (ResultSet rows = session.prepare("PRAGMA quick_check(1)").executeQuery()) {
      String found = rows.next() ? rows.getString(1) : "nothing";
      if (!"ok".equals(found)) {
        throw damaged(file, "the quick check found: " + found);
      }
    }
  }

  private static MonitorException damaged(Path file, String found) {
    return new MonitorException(
        ErrorCode.STORE_DAMAGED,
        Blame.ENVIRONMENT,
        file
            + " is damaged, "
            + found
            + ". It was left as it is; keep a copy for rescue, and restore a backup or start with "
            + "another directory (--data DIR)");
  }

  private void upgrade(int from) throws SQLException {
    boolean shrinks = from == 0; // that can be chosen for an empty file only
    try (SqliteSession session =
        shrinks
            ? SqliteSession.firstWriter(file, nanoTicker)
            : SqliteSession.writer(file, nanoTicker)) {
      if (from > 0) {
        backup(session, from);
      }
      session.execute("BEGIN IMMEDIATE");
      if (from == 0) {
        createBase(session);
      }
      List<Migration> steps = schema.migrations().subList(from, schema.version());
      for (Migration step : steps) {
        apply(session, step);
      }
      session.execute("COMMIT");
    }
  }

  private void backup(SqliteSession session, int from) throws SQLException {
    String name = file.getFileName() + ".v" + from + "-" + clock.millis() + ".backup";
    PreparedStatement statement = session.prepare("VACUUM INTO ?");
    statement.setString(1, file.resolveSibling(name).toString());
    statement.execute();
  }

  private static void createBase(SqliteSession session) throws SQLException {
    session.execute(
        "CREATE TABLE schema_versions (version INTEGER PRIMARY KEY, name TEXT NOT NULL,"
            + " checksum INTEGER NOT NULL, applied_millis INTEGER NOT NULL)");
    session.execute(
        "CREATE TABLE commit_sequence (id INTEGER PRIMARY KEY CHECK (id = 1),"
            + " number INTEGER NOT NULL)");
    session.execute("INSERT INTO commit_sequence VALUES (1, 0)");
  }

  private void apply(SqliteSession session, Migration step) throws SQLException {
    for (String statement : step.statements()) {
      session.execute(statement);
    }
    PreparedStatement insert = session.prepare("INSERT INTO schema_versions VALUES (?, ?, ?, ?)");
    insert.setInt(1, step.version());
    insert.setString(2, step.name());
    insert.setLong(3, step.checksum());
    insert.setLong(4, clock.millis());
    insert.executeUpdate();
  }
}
