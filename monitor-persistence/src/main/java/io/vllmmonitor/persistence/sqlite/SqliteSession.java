package io.vllmmonitor.persistence.sqlite;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.sqlite.ProgressHandler;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/**
 * One connection with its prepared statements. Given to {@link SqlWork} for the length of one
 * transaction; used by one thread at a time.
 */
public final class SqliteSession implements AutoCloseable {
  private static final int BUSY_MILLIS = 5_000;
  private static final int MOST_STATEMENTS = 100;
  private static final int STEPS_BETWEEN_LOOKS = 10_000;
  private static final long NO_DEADLINE = Long.MAX_VALUE;

  private final Connection connection;
  private final LongSupplier nanoTicker;
  private final Map<String, PreparedStatement> statements = new LinkedHashMap<>();
  private volatile long deadlineNanos = NO_DEADLINE;
  private volatile BooleanSupplier stopped = () -> false;

  private SqliteSession(Connection connection, LongSupplier nanoTicker) {
    this.connection = connection;
    this.nanoTicker = nanoTicker;
  }

  static SqliteSession writer(Path file, LongSupplier nanoTicker) throws SQLException {
    return toLog(open(file, false, nanoTicker));
  }

  /** Makes a file whose free pages can be given back; that can only be chosen while it is empty. */
  static SqliteSession firstWriter(Path file, LongSupplier nanoTicker) throws SQLException {
    SqliteSession session = open(file, false, nanoTicker);
    try {
      session.execute("PRAGMA auto_vacuum = INCREMENTAL");
    } catch (SQLException e) {
      session.closeAfter(e);
      throw e;
    }
    return toLog(session);
  }

  private static SqliteSession toLog(SqliteSession session) throws SQLException {
    try {
      session.expect("PRAGMA journal_mode = WAL", "wal");
      session.execute("PRAGMA synchronous = FULL");
      // Automatic checkpoints swallow their errors; SqliteFile runs its own.
      session.execute("PRAGMA wal_autocheckpoint = 0");
      return session;
    } catch (SQLException e) {
      session.closeAfter(e);
      throw e;
    }
  }

  /** Lets SQLite undo the transaction that the journal beside the file tells of. */
  static void rollBack(Path file, LongSupplier nanoTicker) throws SQLException {
    try (SqliteSession session = open(file, false, nanoTicker)) {
      long unused = session.number("SELECT count(*) FROM sqlite_schema"); // the first read does it
    }
  }

  static SqliteSession reader(Path file, LongSupplier nanoTicker) throws SQLException {
    SqliteSession session = open(file, true, nanoTicker);
    try {
      session.stopAtDeadline();
      return session;
    } catch (SQLException e) {
      session.closeAfter(e);
      throw e;
    }
  }

  /** Of a file that nobody changes; no log and no lock is made beside it. */
  static SqliteSession ofCopy(Path file, LongSupplier nanoTicker) throws SQLException {
    return open(file.toUri() + "?immutable=1", true, nanoTicker);
  }

  private static SqliteSession open(Path file, boolean readOnly, LongSupplier nanoTicker)
      throws SQLException {
    return open(file.toString(), readOnly, nanoTicker);
  }

  private static SqliteSession open(String name, boolean readOnly, LongSupplier nanoTicker)
      throws SQLException {
    SQLiteConfig config = new SQLiteConfig();
    config.setReadOnly(readOnly);
    config.setBusyTimeout(BUSY_MILLIS);
    SqliteSession session =
        new SqliteSession(config.createConnection("jdbc:sqlite:" + name), nanoTicker);
    try {
      session.execute("PRAGMA trusted_schema = OFF");
      return session;
    } catch (SQLException e) {
      session.closeAfter(e);
      throw e;
    }
  }

  private void stopAtDeadline() throws SQLException {
    ProgressHandler.setHandler(
        connection,
        STEPS_BETWEEN_LOOKS,
        new ProgressHandler() {
          @Override
          protected int progress() {
            return isLate() ? 1 : 0;
          }
        });
  }

  private boolean isLate() {
    return stopped.getAsBoolean()
        || (deadlineNanos != NO_DEADLINE && nanoTicker.getAsLong() - deadlineNanos > 0);
  }

  void allow(long nanos) {
    deadlineNanos = nanoTicker.getAsLong() + nanos;
  }

  /** Work ends as at a deadline once this is true. */
  void stopWhen(BooleanSupplier condition) {
    stopped = condition;
  }

  void allowForever() {
    deadlineNanos = NO_DEADLINE;
  }

  /**
   * For loops over many rows: SQLite looks at the deadline only while it works itself.
   *
   * @throws SQLException when the deadline of this read is over
   */
  public void checkDeadline() throws SQLException {
    if (isLate()) {
      throw new SQLiteException("deadline of the read is over", SQLiteErrorCode.SQLITE_INTERRUPT);
    }
  }

  /** The statement, prepared once per session; set all its parameters and close its results. */
  public PreparedStatement prepare(String sql) throws SQLException {
    PreparedStatement known = statements.get(sql);
    if (known != null) {
      return known;
    }
    if (statements.size() >= MOST_STATEMENTS) {
      closeStatements();
    }
    PreparedStatement statement = connection.prepareStatement(sql);
    statements.put(sql, statement);
    return statement;
  }

  private void closeStatements() throws SQLException {
    for (PreparedStatement statement : statements.values()) {
      statement.close();
    }
    statements.clear();
  }

  /** Runs a statement without parameters and drops its results. */
  public void execute(String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /** Runs a statement to its end that works step by step; an update is not stopped after one. */
  void drain(String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      int unused = statement.executeUpdate(sql);
    }
  }

  /** The first column of the first row of a statement without parameters; 0 when there is none. */
  public long number(String sql) throws SQLException {
    try (ResultSet rows = prepare(sql).executeQuery()) {
      return rows.next() ? rows.getLong(1) : 0;
    }
  }

  private void expect(String sql, String wanted) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      String found = rows.next() ? rows.getString(1) : "nothing";
      if (!wanted.equals(found)) {
        throw new SQLException(sql + " answered " + found + ", expected " + wanted);
      }
    }
  }

  private void closeAfter(SQLException failure) {
    try {
      close();
    } catch (SQLException e) {
      failure.addSuppressed(e);
    }
  }

  @Override
  public void close() throws SQLException {
    statements.clear(); // the driver closes them with their connection
    connection.close();
  }
}
