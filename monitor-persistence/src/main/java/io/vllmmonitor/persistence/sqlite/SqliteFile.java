package io.vllmmonitor.persistence.sqlite;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One SQLite file: one writer at a time, a few readers on snapshots beside it. A write is durable
 * (synchronous to the disk) when it returns. Thread-safe.
 *
 * <p>Whatever fails inside a transaction costs its connection: SQLite's and the driver's state
 * after an error is not trusted, the next write opens a new one. After an I/O error or signs of
 * damage the structure of the file is checked first.
 *
 * <p>The write-ahead log is moved into the file after 8 MiB; beyond 64 MiB writing waits for
 * readers, and is refused when they do not let go. Never open the file itself with Java's own I/O:
 * closing it would drop the locks of the whole process.
 */
public final class SqliteFile implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SqliteFile.class);
  private static final long PAGE = 4096;
  private static final long WAL_MOVED_PAGES = 8L * 1024 * 1024 / PAGE;
  private static final long PAGES_AT_ONCE = 1_000;
  private static final long WAL_CAP_PAGES = 64L * 1024 * 1024 / PAGE;

  private final Path path;
  private final LongSupplier nanoTicker;
  private final StoreCounters counters;
  private final HighWaterMark mark;
  private final ReadPool readers;
  private final ReentrantLock writing = new ReentrantLock();
  private @Nullable SqliteSession writer; // guarded by writing
  private boolean relaxed; // guarded by writing
  private boolean distrusted; // guarded by writing
  private long walPages; // guarded by writing
  private volatile boolean closed;

  private SqliteFile(Path path, LongSupplier nanoTicker, StoreCounters counters) {
    this.path = path;
    this.nanoTicker = nanoTicker;
    this.counters = counters;
    this.mark = HighWaterMark.of(path);
    this.readers = new ReadPool(path, nanoTicker);
  }

  /**
   * Opens or makes the file and brings it to the schema.
   *
   * @param clock names backups and dates migrations
   * @param nanoTicker what deadlines of reads are measured with
   * @throws MonitorException STORE_FOREIGN, STORE_NEWER, STORE_DAMAGED, the file untouched;
   *     STORE_IO, STORE_FULL
   */
  public static SqliteFile open(
      Path path,
      Schema schema,
      InstantSource clock,
      LongSupplier nanoTicker,
      StoreCounters counters) {
    new Migrator(path, schema, clock, nanoTicker).prepare();
    return new SqliteFile(path, nanoTicker, counters);
  }

  /** Where the mark of a file lies; it stays when the file is gone. */
  public static Path markOf(Path database) {
    return HighWaterMark.pathOf(database);
  }

  /**
   * Compares the file with its high-water mark, tells in one sentence what is missing, and sets the
   * mark to what is there, so that one loss is told once. Called once after opening.
   */
  public Optional<String> compareWithMark() {
    long there = read(session -> session.number("SELECT number FROM commit_sequence"));
    writing.lock();
    try {
      Optional<String> loss = lossAgainst(there);
      mark.write(there);
      return loss;
    } catch (IOException e) {
      counters.failedMark();
      return Optional.of("its high-water mark is unusable: " + e.getMessage());
    } finally {
      writing.unlock();
    }
  }

  private Optional<String> lossAgainst(long there) {
    try {
      OptionalLong acknowledged = mark.read();
      if (acknowledged.isEmpty() || acknowledged.getAsLong() <= there) {
        return Optional.empty();
      }
      return Optional.of(loss(acknowledged.getAsLong(), there));
    } catch (IOException e) {
      return Optional.of(
          "whether commits were lost is unknown, its high-water mark is unusable: "
              + e.getMessage());
    }
  }

  static String loss(long acknowledged, long there) {
    return "it ends at commit "
        + there
        + ", but commits up to "
        + acknowledged
        + " were acknowledged; what they held is lost";
  }

  public Path path() {
    return path;
  }

  /**
   * Runs the work in one transaction of its own and commits it to the disk.
   *
   * @throws MonitorException STORE_FULL, STORE_IO, STORE_DAMAGED or STORE_CLOSED; then nothing of
   *     the work was kept, except where the disk failed in the commit itself: then either all or
   *     nothing of it is found by the next read
   */
  public <T> T write(SqlWork<T> work) {
    writing.lock();
    try {
      refuseWhenClosed();
      T result = commit(work);
      counters.commit();
      checkpointWhenDue();
      return result;
    } finally {
      writing.unlock();
    }
  }

  private <T> T commit(SqlWork<T> work) {
    boolean sound = false;
    try {
      SqliteSession session = writer();
      boundLog(session);
      session.execute("BEGIN IMMEDIATE");
      T result = work.run(session);
      long number =
          session.number("UPDATE commit_sequence SET number = number + 1 RETURNING number");
      session.execute("COMMIT");
      sound = true;
      markCommit(number);
      return result;
    } catch (SQLException e) {
      distrusted |= SqliteFailures.shakesTrust(e);
      throw SqliteFailures.translate(path, e);
    } finally {
      if (!sound) {
        counters.failedWrite();
        dropWriter();
      }
    }
  }

  /**
   * From now on a commit goes to the operating system only: the death of the process loses nothing,
   * a power cut may.
   */
  public void relax() {
    writing.lock();
    try {
      relaxed = true;
      dropWriter();
    } finally {
      writing.unlock();
    }
  }

  private SqliteSession writer() throws SQLException {
    SqliteSession session = writer;
    if (session == null) {
      session = SqliteSession.writer(path, nanoTicker);
      writer = session;
      if (relaxed) {
        session.execute("PRAGMA synchronous = NORMAL");
      }
      if (distrusted) {
        Migrator.checkStructure(path, session);
        distrusted = false;
      }
    }
    return session;
  }

  /** The commit is durable by then: a mark that cannot be written only weakens the next check. */
  private void markCommit(long number) {
    try {
      mark.write(number);
    } catch (IOException e) {
      counters.failedMark();
      LOG.warn("Could not write the high-water mark of {}", path, e);
    }
  }

  private void boundLog(SqliteSession session) throws SQLException {
    if (walPages <= WAL_CAP_PAGES) {
      return;
    }
    if (!checkpoint(session, "TRUNCATE")) {
      throw new MonitorException(
          ErrorCode.STORE_IO,
          Blame.ENVIRONMENT,
          path
              + ": the write-ahead log has "
              + walPages
              + " pages, more than "
              + WAL_CAP_PAGES
              + ", and readers keep it from shrinking; end long queries");
    }
  }

  /** Never fails the write that came before it: that one is safe in the log. */
  private void checkpointWhenDue() {
    SqliteSession session = writer;
    if (session == null) {
      return;
    }
    try {
      if (pendingPages(session) >= WAL_MOVED_PAGES) {
        checkpoint(session, "PASSIVE");
      }
    } catch (SQLException e) {
      counters.failedCheckpoint();
      LOG.warn("Checkpoint of {} failed; its write-ahead log keeps the data", path, e);
      distrusted = true;
      dropWriter();
    }
  }

  private long pendingPages(SqliteSession session) throws SQLException {
    try (ResultSet row = session.prepare("PRAGMA wal_checkpoint(NOOP)").executeQuery()) {
      row.next();
      walPages = row.getLong(2);
      return walPages - row.getLong(3);
    }
  }

  /** Whether all of the log was moved. */
  private boolean checkpoint(SqliteSession session, String mode) throws SQLException {
    String sql = "PRAGMA wal_checkpoint(" + mode + ")";
    try (ResultSet row = session.prepare(sql).executeQuery()) {
      row.next();
      boolean whole = row.getInt(1) == 0 && row.getLong(2) == row.getLong(3);
      walPages = row.getLong(2);
      counters.checkpoint();
      return whole;
    }
  }

  private void dropWriter() {
    SqliteSession session = writer;
    writer = null;
    if (session != null) {
      try {
        session.close();
      } catch (SQLException e) {
        LOG.warn("Could not close a connection of {} after a failure", path, e);
      }
    }
  }

  /**
   * Runs the work on one snapshot of what is committed, for at most five seconds.
   *
   * @throws MonitorException QUERY_TIMEOUT, STORE_IO, STORE_DAMAGED or STORE_CLOSED
   */
  public <T> T read(SqlWork<T> work) {
    return readOn(work, true);
  }

  /** The same without a deadline, for work that the start waits for. */
  public <T> T readAtStart(SqlWork<T> work) {
    return readOn(work, false);
  }

  /**
   * The same for work on all there is, such as an export. Writing waits while it lasts too long.
   */
  public <T> T readWithoutDeadline(SqlWork<T> work) {
    return readOn(work, false);
  }

  private <T> T readOn(SqlWork<T> work, boolean limited) {
    refuseWhenClosed();
    boolean done = false;
    try {
      T result = readers.read(work, limited);
      done = true;
      return result;
    } finally {
      if (!done) {
        counters.failedRead();
      }
    }
  }

  /**
   * Gives the pages of deleted rows back to the disk, a few at a time so that writers need not wait
   * long.
   *
   * @throws MonitorException STORE_FULL, STORE_IO, STORE_DAMAGED or STORE_CLOSED
   */
  public void shrink() {
    long left = Long.MAX_VALUE;
    while (left > 0) {
      long before = left;
      left =
          write(
              session -> {
                session.drain("PRAGMA incremental_vacuum(" + PAGES_AT_ONCE + ")");
                return session.number("PRAGMA freelist_count");
              });
      if (left >= before) {
        return; // a file of an earlier version, which keeps its free pages for later rows
      }
    }
    truncateLog();
  }

  private void truncateLog() {
    writing.lock();
    try {
      SqliteSession session = writer;
      if (session != null) {
        checkpoint(session, "TRUNCATE");
      }
    } catch (SQLException e) {
      counters.failedCheckpoint();
      distrusted = true;
      dropWriter();
      throw SqliteFailures.translate(path, e);
    } finally {
      writing.unlock();
    }
  }

  /** The size of a file and its write-ahead log, whether it is open or not. */
  public static long bytesOf(Path database) {
    return sizeOf(database) + sizeOf(database.resolveSibling(database.getFileName() + "-wal"));
  }

  static long sizeOf(Path file) {
    try {
      return Files.size(file); // asks for the size without opening the file
    } catch (IOException e) {
      return 0; // there is no log, or it has just gone
    }
  }

  private void refuseWhenClosed() {
    if (closed) {
      throw new MonitorException(
          ErrorCode.STORE_CLOSED,
          Blame.MONITOR,
          path + " is closed; it was used after close(). Open the store again first");
    }
  }

  /** Waits for running work, empties the log and closes; a second call does nothing. */
  @Override
  public void close() {
    writing.lock();
    try {
      if (closed) {
        return;
      }
      closed = true;
      readers.close();
      emptyLog();
      dropWriter();
      mark.close();
    } catch (IOException e) {
      LOG.warn("Could not close the high-water mark of {}", path, e);
    } finally {
      writing.unlock();
    }
  }

  private void emptyLog() {
    SqliteSession session = writer;
    if (session == null) {
      return;
    }
    try {
      if (!checkpoint(session, "TRUNCATE")) {
        LOG.warn("The write-ahead log of {} could not be emptied; the next start reads it", path);
      }
    } catch (SQLException e) {
      counters.failedCheckpoint();
      LOG.warn("The write-ahead log of {} could not be emptied; the next start reads it", path, e);
    }
  }
}
