package io.vllmmonitor.persistence.engine;

import io.vllmmonitor.api.history.Problem;
import io.vllmmonitor.api.store.BlobStore;
import io.vllmmonitor.api.store.RecordStore;
import io.vllmmonitor.api.store.SeriesStore;
import io.vllmmonitor.persistence.sqlite.StoreCounters;
import java.time.Instant;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The three stores of one form, open, and what their owner does for them. Made and closed by {@link
 * StoreEngine}; thread-safe.
 */
sealed interface OpenBackend extends AutoCloseable permits SqliteBackend, JsonBackend {
  SeriesStore series();

  RecordStore records();

  BlobStore blobs();

  /** Brings what was stored since the last call into its compact form. From one thread. */
  void maintain();

  /** Whoever is told of damage that reads and maintenance meet; called from any thread. */
  void onDamage(Consumer<Problem> listener);

  /** What records and blobs have on the disk. */
  long recordBytes();

  /**
   * Gives the space of rows that were deleted back to the disk, and forgets what was derived from
   * samples before a moment.
   */
  void shrink(Instant derivedBefore);

  /** What happened in SQLite files since the opening; all zero where there are none. */
  StoreCounters.Reading counters();

  /**
   * Runs work during which no file that lies in the directory is rewritten or deleted by
   * maintenance; files may be appended to. For copying files.
   */
  <T> T whileFilesStay(Supplier<T> work);

  @Override
  void close();
}
