package io.vllmmonitor.persistence.sqlite;

import io.vllmmonitor.api.error.MonitorException;
import java.nio.file.Path;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.function.LongSupplier;

/**
 * Copies of SQLite files that may be in use: made by SQLite itself on one snapshot, since copying
 * the bytes would miss the log and drop the locks. Called by backup and verification, from any
 * thread; takes as long as the file is large.
 */
public final class SqliteCopies {
  private final LongSupplier nanoTicker;

  /**
   * @param nanoTicker such as {@code System::nanoTime}
   */
  public SqliteCopies(LongSupplier nanoTicker) {
    this.nanoTicker = nanoTicker;
  }

  /**
   * The number of the newest commit of a file, whoever has it open.
   *
   * @throws MonitorException STORE_DAMAGED or STORE_IO
   */
  public long commitOf(Path file) {
    try (SqliteSession session = SqliteSession.reader(file, nanoTicker)) {
      return session.number("SELECT number FROM commit_sequence");
    } catch (SQLException e) {
      throw SqliteFailures.translate(file, e);
    }
  }

  /**
   * Copies one snapshot of a file into a new one, without gaps and without a log.
   *
   * @throws MonitorException STORE_FULL, STORE_DAMAGED or STORE_IO; then no copy may be relied on
   */
  public void copy(Path file, Path into) {
    try (SqliteSession session = SqliteSession.reader(file, nanoTicker)) {
      PreparedStatement vacuum = session.prepare("VACUUM INTO ?");
      vacuum.setString(1, into.toString());
      vacuum.execute();
    } catch (SQLException e) {
      throw SqliteFailures.translate(file, e);
    }
  }

  /**
   * Checks the structure of a copy that nobody changes and reads the number of its newest commit.
   *
   * @throws MonitorException STORE_DAMAGED or STORE_IO
   */
  public long check(Path copy) {
    try (SqliteSession session = SqliteSession.ofCopy(copy, nanoTicker)) {
      Migrator.checkStructure(copy, session);
      return session.number("SELECT number FROM commit_sequence");
    } catch (SQLException e) {
      throw SqliteFailures.translate(copy, e);
    }
  }
}
