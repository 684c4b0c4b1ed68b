package io.vllmmonitor.persistence.sqlite;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The read-only connections of one file, a few at most. Thread-safe. */
final class ReadPool {
  private static final Logger LOG = LoggerFactory.getLogger(ReadPool.class);
  private static final int MOST_READERS = 4;
  private static final long DEADLINE_NANOS = TimeUnit.SECONDS.toNanos(5);

  private final Path file;
  private final LongSupplier nanoTicker;
  private final Semaphore permits = new Semaphore(MOST_READERS, true);
  private final Deque<SqliteSession> idle = new ArrayDeque<>(); // guarded by itself
  private boolean closed; // guarded by idle

  ReadPool(Path file, LongSupplier nanoTicker) {
    this.file = file;
    this.nanoTicker = nanoTicker;
  }

  /** Runs the work on one snapshot, with a deadline unless it is work of the start. */
  <T> T read(SqlWork<T> work, boolean limited) {
    acquire();
    try {
      SqliteSession session = take();
      boolean sound = false;
      try {
        if (limited) {
          session.allow(DEADLINE_NANOS);
        }
        session.execute("BEGIN");
        T result = work.run(session);
        session.execute("COMMIT");
        session.allowForever();
        sound = true;
        return result;
      } finally {
        giveBack(session, sound);
      }
    } catch (SQLException e) {
      throw SqliteFailures.translate(file, e);
    } finally {
      permits.release();
    }
  }

  private void acquire() {
    try {
      if (permits.tryAcquire(DEADLINE_NANOS, TimeUnit.NANOSECONDS)) {
        return;
      }
      throw new MonitorException(
          ErrorCode.QUERY_TIMEOUT,
          Blame.OPERATOR,
          file + ": " + MOST_READERS + " queries run already and none ended; ask again later");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new MonitorException(
          ErrorCode.SHUTTING_DOWN,
          Blame.MONITOR,
          "Interrupted while waiting to read " + file + "; ask again if this was not a stop",
          e);
    }
  }

  private SqliteSession take() throws SQLException {
    synchronized (idle) {
      SqliteSession session = idle.poll();
      if (session != null) {
        return session;
      }
    }
    return SqliteSession.reader(file, nanoTicker);
  }

  /** A session whose work failed in any way is never used again. */
  private void giveBack(SqliteSession session, boolean sound) {
    synchronized (idle) {
      if (sound && !closed) {
        idle.push(session);
        return;
      }
    }
    closeQuietly(session);
  }

  /** Waits for the readers, who have their deadlines, and closes all connections. */
  void close() {
    permits.acquireUninterruptibly(MOST_READERS);
    try {
      synchronized (idle) {
        closed = true;
        idle.forEach(this::closeQuietly);
        idle.clear();
      }
    } finally {
      permits.release(MOST_READERS);
    }
  }

  private void closeQuietly(SqliteSession session) {
    try {
      session.close();
    } catch (SQLException e) {
      LOG.warn("Could not close a reader of {}", file, e);
    }
  }
}
