package io.vllmmonitor.persistence.foreign;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.sample.SeriesData;
import io.vllmmonitor.api.store.RecordKind;
import io.vllmmonitor.api.store.StoredRecord;
import io.vllmmonitor.persistence.sqlite.SqliteFailures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;

/**
 * The data directory of the earlier Python package, opened read-only. Its samples, records and
 * declared plugins, guardrails and strategies are given in the form of this product; pickles are
 * refused, and everything that has no place here is counted. Confined to one thread.
 */
public final class PythonDirectory implements AutoCloseable {
  private static final String METRICS = "metrics";
  private static final Set<String> KNOWN_FILES =
      Set.of("monitor.db", "monitor.db-wal", "monitor.db-shm", "monitor.db-journal", "models");

  private final Path directory;
  private final Connection connection;
  private final Notes notes = new Notes();
  private final PythonRecords records = new PythonRecords(notes);
  private final PythonDeclarations declarations;

  private PythonDirectory(Path directory, Connection connection) {
    this.directory = directory;
    this.connection = connection;
    this.declarations = new PythonDeclarations(directory, notes);
  }

  /** Whether there is a {@code monitor.db} of that package. */
  public static boolean isOne(Path directory) {
    Path database = directory.resolve("monitor.db");
    if (!Files.isRegularFile(database, LinkOption.NOFOLLOW_LINKS)) {
      return false;
    }
    try (Connection connection = connect(database);
        Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT count(*) FROM pragma_table_info('metrics') WHERE name = 'timestamp'")) {
      return row.next() && row.getInt(1) > 0;
    } catch (SQLException e) {
      return false; // whatever it is, it is not that
    }
  }

  /**
   * @throws MonitorException STORE_IO, STORE_DAMAGED
   */
  public static PythonDirectory open(Path directory) {
    Path database = directory.resolve("monitor.db");
    try {
      return new PythonDirectory(directory, connect(database));
    } catch (SQLException e) {
      throw SqliteFailures.translate(database, e);
    }
  }

  private static Connection connect(Path database) throws SQLException {
    if (database.toString().contains("?")) {
      throw new SQLException("the driver takes a question mark in the name for options");
    }
    SQLiteConfig config = new SQLiteConfig();
    config.setReadOnly(true);
    Connection connection = config.createConnection("jdbc:sqlite:" + database);
    try (Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA trusted_schema = OFF");
    }
    return connection;
  }

  /** Looks at what lies there and has no place here; forgets what was counted before. */
  public void look() {
    notes.clear();
    try {
      for (String table : tables()) {
        if (!table.equals(METRICS) && !PythonRecords.TABLES.containsKey(table)) {
          noteTable(table);
        }
      }
      lookAtFiles();
    } catch (SQLException e) {
      throw SqliteFailures.translate(directory.resolve("monitor.db"), e);
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  private MonitorException unreadable(IOException cause) {
    return new MonitorException(
        ErrorCode.STORE_IO,
        Blame.ENVIRONMENT,
        directory + " cannot be read, " + cause + "; check its rights",
        cause);
  }

  private Set<String> tables() throws SQLException {
    Set<String> names = new TreeSet<>();
    try (Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery("SELECT name FROM sqlite_schema WHERE type = 'table'")) {
      while (rows.next()) {
        if (!rows.getString(1).startsWith("sqlite_")) {
          names.add(rows.getString(1));
        }
      }
    }
    return names;
  }

  private void noteTable(String table) throws SQLException {
    String quoted = '"' + table.replace("\"", "\"\"") + '"';
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT count(*) FROM " + quoted)) {
      long count = row.next() ? row.getLong(1) : 0;
      notes.count("the unknown table '" + table + "' with " + count + " rows, left out");
    }
  }

  private void lookAtFiles() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.sorted().toList()) {
        String name = file.getFileName().toString();
        if (!KNOWN_FILES.contains(name) && !PythonDeclarations.FILES.containsKey(name)) {
          notes.count("the unknown file '" + name + "', left out");
        }
      }
    }
    Path models = directory.resolve("models");
    if (!Files.isDirectory(models, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    try (Stream<Path> files = Files.list(models)) {
      for (Path file : files.sorted().toList()) {
        String name = "models/" + file.getFileName();
        notes.count(
            name.endsWith(".pkl")
                ? name + " refused, since reading a Python pickle runs code that is in it"
                : name + " left out, since it is no model of this product");
      }
    }
  }

  /** What could not be brought over so far, with counts. */
  public List<String> notes() {
    return notes.lines();
  }

  /** Rows of all tables, then the declared plugins, guardrails and strategies as code. */
  public Iterator<StoredRecord> records() {
    List<Iterator<StoredRecord>> parts = new ArrayList<>();
    try {
      Set<String> there = tables();
      for (Map.Entry<String, RecordKind> table : new TreeMap<>(PythonRecords.TABLES).entrySet()) {
        if (there.contains(table.getKey())) {
          PythonTable rows =
              new PythonTable(connection, "SELECT * FROM " + table.getKey() + " ORDER BY rowid");
          parts.add(new Mapped(rows, table.getValue()));
        }
      }
    } catch (SQLException e) {
      throw SqliteFailures.translate(directory.resolve("monitor.db"), e);
    }
    parts.add(declarations.records().iterator());
    return new Joined(parts.iterator());
  }

  /** Samples by ten minutes, then series. */
  public Iterator<SeriesData> samples() {
    return new PythonMetrics(
        new PythonTable(connection, "SELECT * FROM metrics ORDER BY timestamp"), notes);
  }

  /** The bytes of what the declarations name as code, by SHA-256. */
  public Map<String, byte[]> blobs() {
    return declarations.blobs();
  }

  @Override
  public void close() {
    try {
      connection.close();
    } catch (SQLException e) {
      throw SqliteFailures.translate(directory.resolve("monitor.db"), e);
    }
  }

  /** The rows of one table that can be brought over. */
  private final class Mapped implements Iterator<StoredRecord> {
    private final PythonTable rows;
    private final RecordKind kind;
    private @Nullable StoredRecord next;

    Mapped(PythonTable rows, RecordKind kind) {
      this.rows = rows;
      this.kind = kind;
    }

    @Override
    public boolean hasNext() {
      while (next == null) {
        Optional<PythonRow> row = rows.next();
        if (row.isEmpty()) {
          return false;
        }
        next = records.record(kind, row.get()).orElse(null);
      }
      return true;
    }

    @Override
    public StoredRecord next() {
      StoredRecord row = hasNext() ? next : null;
      next = null;
      if (row == null) {
        throw new NoSuchElementException();
      }
      return row;
    }
  }

  private static final class Joined implements Iterator<StoredRecord> {
    private final Iterator<Iterator<StoredRecord>> parts;
    private Iterator<StoredRecord> current = List.<StoredRecord>of().iterator();

    Joined(Iterator<Iterator<StoredRecord>> parts) {
      this.parts = parts;
    }

    @Override
    public boolean hasNext() {
      while (!current.hasNext() && parts.hasNext()) {
        current = parts.next();
      }
      return current.hasNext();
    }

    @Override
    public StoredRecord next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      return current.next();
    }
  }
}
