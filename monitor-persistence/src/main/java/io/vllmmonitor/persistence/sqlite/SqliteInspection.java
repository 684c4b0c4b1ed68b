package io.vllmmonitor.persistence.sqlite;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.error.MonitorException;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.OptionalLong;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Looks through a SQLite file without changing it, whoever has it open: who it belongs to, whether
 * its structure is whole, whether commits are missing that were acknowledged. Called by
 * verification, from any thread; takes as long as the file is large.
 */
public final class SqliteInspection {
  private static final int MOST_LINES = 100;

  private final InstantSource clock;
  private final LongSupplier nanoTicker;
  private final boolean atRest;
  private final BooleanSupplier stopped;

  /**
   * @param clock of the program; nothing is dated here
   * @param nanoTicker such as {@code System::nanoTime}
   * @param atRest whether nobody has the files open, so that those without a log need no lock
   * @param stopped asked every now and then; work on a file ends soon after it is true
   */
  public SqliteInspection(
      InstantSource clock, LongSupplier nanoTicker, boolean atRest, BooleanSupplier stopped) {
    this.clock = requireNonNull(clock, "clock");
    this.nanoTicker = requireNonNull(nanoTicker, "nanoTicker");
    this.atRest = atRest;
    this.stopped = requireNonNull(stopped, "stopped");
  }

  /**
   * Whether the file was left half written by a process that died while it made it; the next start
   * finishes that, and until then it cannot be read.
   *
   * @throws IOException when its journal cannot be read
   */
  public static boolean isCutOff(Path file) throws IOException {
    return UnfinishedJournal.of(file).isPresent();
  }

  /**
   * Checks a file and runs work on one snapshot of it.
   *
   * @param found told in one sentence of what is wrong with its structure or its commits
   * @throws MonitorException STORE_FOREIGN or STORE_NEWER when it is not a file of this program's;
   *     STORE_DAMAGED or STORE_IO when it cannot be read on; QUERY_TIMEOUT when it was stopped
   */
  public <T> T inspect(Path file, Schema schema, Consumer<String> found, SqlWork<T> work) {
    OptionalLong acknowledged = acknowledged(file, found); // before the snapshot, never after it
    try (SqliteSession session = open(file)) {
      session.stopWhen(stopped);
      session.execute("BEGIN");
      new Migrator(file, schema, clock, nanoTicker).identify(session);
      checkStructure(session, found);
      long there = session.number("SELECT number FROM commit_sequence");
      if (acknowledged.isPresent() && acknowledged.getAsLong() > there) {
        found.accept(SqliteFile.loss(acknowledged.getAsLong(), there));
      }
      return work.run(session);
    } catch (SQLException e) {
      throw SqliteFailures.translate(file, e);
    }
  }

  private SqliteSession open(Path file) throws SQLException {
    boolean plain = atRest && SqliteFile.bytesOf(file) == SqliteFile.sizeOf(file);
    return plain ? SqliteSession.ofCopy(file, nanoTicker) : SqliteSession.reader(file, nanoTicker);
  }

  private static OptionalLong acknowledged(Path file, Consumer<String> found) {
    try {
      return HighWaterMark.of(file).read();
    } catch (IOException e) {
      found.accept("whether commits were lost is unknown, its mark is unusable: " + e.getMessage());
      return OptionalLong.empty();
    }
  }

  private static void checkStructure(SqliteSession session, Consumer<String> found)
      throws SQLException {
    String sql = "PRAGMA integrity_check(" + MOST_LINES + ")";
    try (ResultSet rows = session.prepare(sql).executeQuery()) {
      while (rows.next()) {
        String line = rows.getString(1);
        if (!"ok".equals(line)) {
          found.accept("its structure is damaged: " + line);
        }
      }
    }
  }
}
