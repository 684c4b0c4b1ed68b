package io.vllmmonitor.benchmarks.peer;

import io.vllmmonitor.benchmarks.workload.Scrape;
import io.vllmmonitor.benchmarks.workload.Workload;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The plainest store: a row a sample in SQLite, in process. The table is ordered by series and time
 * ({@code WITHOUT ROWID}), which halves its size; committed with {@code synchronous=FULL} every
 * {@value #BATCH} rows or so. Its page cache is as large as the index of an hour or two needs, and
 * statements are prepared once, as anybody would who cares for speed.
 */
public final class SqliteRows implements AutoCloseable {
  /** After how many rows it commits. */
  public static final int BATCH = 50_000;

  /** In KiB; SQLite's own default of 2 MiB would make every insert read and write pages. */
  private static final int PAGE_CACHE = 131_072;

  private final Connection connection;
  private final PreparedStatement insert;
  private final Map<String, PreparedStatement> queries = new HashMap<>();
  private int uncommitted;

  public SqliteRows(Path file) throws SQLException {
    connection = DriverManager.getConnection("jdbc:sqlite:" + file);
    try (Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA journal_mode=WAL");
      statement.execute("PRAGMA synchronous=FULL");
      statement.execute("PRAGMA cache_size=-" + PAGE_CACHE);
      statement.execute(
          "CREATE TABLE sample(series INTEGER, at INTEGER, value REAL, PRIMARY KEY(series, at))"
              + " WITHOUT ROWID");
    }
    connection.setAutoCommit(false);
    insert = connection.prepareStatement("INSERT INTO sample VALUES(?, ?, ?)");
  }

  /** Stores scrapes whose series never change; {@code to} is exclusive. */
  public void ingest(Workload workload, int from, int to) throws SQLException {
    for (int i = from; i < to; i++) {
      Scrape scrape = workload.scrape(i);
      for (int series = 0; series < scrape.values().length; series++) {
        insert.setInt(1, series);
        insert.setLong(2, workload.timeOf(i));
        insert.setDouble(3, scrape.values()[series]);
        insert.executeUpdate();
      }
      uncommitted += scrape.values().length;
      if (uncommitted >= BATCH) {
        commit();
      }
    }
  }

  /** Commits what is open. */
  public void commit() throws SQLException {
    connection.commit();
    uncommitted = 0;
  }

  /** Moves the log into the file and answers its pages in bytes. */
  public long bytes() throws SQLException {
    connection.setAutoCommit(true);
    try (Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA wal_checkpoint(TRUNCATE)");
      long pages = number(statement, "PRAGMA page_count");
      return pages * number(statement, "PRAGMA page_size");
    }
  }

  private static long number(Statement statement, String sql) throws SQLException {
    try (ResultSet rows = statement.executeQuery(sql)) {
      return rows.getLong(1);
    }
  }

  /** All samples of one series after one time and up to another; answers how many. */
  public int raw(int series, long after, long to) throws SQLException {
    return count(
        "SELECT at, value FROM sample WHERE series=? AND at>? AND at<=?", series, after, to);
  }

  /** Averages of some series over windows of a minute; answers how many. */
  public int averages(List<Integer> series, long after, long to) throws SQLException {
    int found = 0;
    for (int one : series) {
      found +=
          count(
              "SELECT (at - 1) / 60000, avg(value) FROM sample WHERE series=? AND at>? AND at<=?"
                  + " GROUP BY 1",
              one,
              after,
              to);
    }
    return found;
  }

  /** The newest sample of every series; answers how many. */
  public int latest(int series) throws SQLException {
    int found = 0;
    for (int one = 0; one < series; one++) {
      found += count("SELECT at, value FROM sample WHERE series=? ORDER BY at DESC LIMIT 1", one);
    }
    return found;
  }

  private int count(String sql, long... arguments) throws SQLException {
    int found = 0;
    PreparedStatement statement = prepared(sql);
    for (int i = 0; i < arguments.length; i++) {
      statement.setLong(i + 1, arguments[i]);
    }
    try (ResultSet rows = statement.executeQuery()) {
      while (rows.next()) {
        found += Double.isNaN(rows.getDouble(2)) ? 0 : 1;
      }
    }
    return found;
  }

  private PreparedStatement prepared(String sql) throws SQLException {
    PreparedStatement statement = queries.get(sql);
    if (statement == null) {
      statement = connection.prepareStatement(sql);
      queries.put(sql, statement);
    }
    return statement;
  }

  /** The 99th percentile of every series, sorted in Java; answers their sum. */
  public double percentiles(int series, long after, long to) throws SQLException {
    double sum = 0;
    double[] values = new double[1024];
    PreparedStatement statement =
        prepared("SELECT value FROM sample WHERE series=? AND at>? AND at<=?");
    for (int one = 0; one < series; one++) {
      statement.setInt(1, one);
      statement.setLong(2, after);
      statement.setLong(3, to);
      int count = 0;
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          if (count == values.length) {
            values = Arrays.copyOf(values, 2 * count);
          }
          values[count++] = rows.getDouble(1);
        }
      }
      sum += Quantile.of(Arrays.copyOf(values, count), 0.99);
    }
    return sum;
  }

  @Override
  public void close() throws SQLException {
    for (PreparedStatement query : queries.values()) {
      query.close();
    }
    insert.close();
    connection.close();
  }
}
