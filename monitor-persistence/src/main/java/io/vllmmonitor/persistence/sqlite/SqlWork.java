package io.vllmmonitor.persistence.sqlite;

import java.sql.SQLException;

/** What runs inside one transaction. Whatever it throws rolls the transaction back. */
@FunctionalInterface
public interface SqlWork<T> {
  T run(SqliteSession session) throws SQLException;
}
