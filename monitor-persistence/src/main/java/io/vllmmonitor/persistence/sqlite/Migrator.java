package io.vllmmonitor.persistence.sqlite;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * Brings a file to the schema of this program: a new file is made, an older one is upgraded in one
 * transaction after a backup, and every other kind is refused untouched.
 */
final class Migrator {
  private static final String VERSIONS = "schema_versions";

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
      int found = exists() ? inspect() : 0;
      if (found < schema.version()) {
        upgrade(found);
      }
    } catch (SQLException e) {
      throw SqliteFailures.translate(file, e);
    }
  }

  private boolean exists() {
    try {
      return Files.exists(file) && Files.size(file) > 0;
    } catch (IOException e) {
      throw new MonitorException(
          ErrorCode.STORE_IO,
          Blame.ENVIRONMENT,
          "Could not look at " + file + ": " + e.getMessage() + "; check the directory's rights",
          e);
    }
  }

  /** The version of the file; 0 when it is empty. Reads only. */
  private int inspect() throws SQLException {
    try (SqliteSession session = SqliteSession.reader(file, nanoTicker)) {
      Set<String> tables = tables(session);
      if (tables.isEmpty()) {
        return 0;
      }
      if (!tables.contains(VERSIONS)) {
        throw foreign(session, tables);
      }
      int version = (int) session.number("SELECT max(version) FROM " + VERSIONS);
      if (version > schema.version()) {
        throw newer(version);
      }
      compareChecksums(session);
      if (schema.checked()) {
        checkStructure(file, session);
      }
      return version;
    }
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
