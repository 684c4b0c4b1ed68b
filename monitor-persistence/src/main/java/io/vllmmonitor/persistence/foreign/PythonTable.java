package io.vllmmonitor.persistence.foreign;

import io.vllmmonitor.persistence.sqlite.SqliteFailures;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The rows of one query, read one by one; closed with its last row or its connection. */
final class PythonTable {
  private static final Path DATABASE = Path.of("monitor.db");

  private final Connection connection;
  private final String sql;
  private @Nullable Statement statement;
  private @Nullable ResultSet rows;
  private boolean ended;

  PythonTable(Connection connection, String sql) {
    this.connection = connection;
    this.sql = sql;
  }

  /** The next row; empty at the end. */
  Optional<PythonRow> next() {
    if (ended) {
      return Optional.empty();
    }
    try {
      ResultSet open = rows;
      if (open == null) {
        Statement made = connection.createStatement();
        statement = made;
        open = made.executeQuery(sql);
        rows = open;
      }
      if (open.next()) {
        return Optional.of(row(open));
      }
      ended = true;
      if (statement != null) {
        statement.close();
      }
      return Optional.empty();
    } catch (SQLException e) {
      throw SqliteFailures.translate(DATABASE, e);
    }
  }

  private static PythonRow row(ResultSet rows) throws SQLException {
    ResultSetMetaData columns = rows.getMetaData();
    Map<String, Object> values = new HashMap<>();
    for (int i = 1; i <= columns.getColumnCount(); i++) {
      Object value = rows.getObject(i);
      if (value != null) {
        values.put(columns.getColumnName(i).toLowerCase(Locale.ROOT), value);
      }
    }
    return new PythonRow(values);
  }
}
