package io.vllmmonitor.persistence.sqlite;

import java.util.concurrent.atomic.LongAdder;

/** What happened in the files of a store since it was opened. Thread-safe. */
public final class StoreCounters {
  private final LongAdder commits = new LongAdder();
  private final LongAdder failedWrites = new LongAdder();
  private final LongAdder failedReads = new LongAdder();
  private final LongAdder checkpoints = new LongAdder();
  private final LongAdder failedCheckpoints = new LongAdder();
  private final LongAdder failedMarks = new LongAdder();

  /** All zero. */
  public StoreCounters() {}

  void commit() {
    commits.increment();
  }

  void failedWrite() {
    failedWrites.increment();
  }

  void failedRead() {
    failedReads.increment();
  }

  void checkpoint() {
    checkpoints.increment();
  }

  void failedCheckpoint() {
    failedCheckpoints.increment();
  }

  void failedMark() {
    failedMarks.increment();
  }

  /** The numbers of this moment. */
  public Reading reading() {
    return new Reading(
        commits.sum(),
        failedWrites.sum(),
        failedReads.sum(),
        checkpoints.sum(),
        failedCheckpoints.sum(),
        failedMarks.sum());
  }

  /**
   * The numbers of one moment.
   *
   * @param failedCheckpoints of the write-ahead log; the data stays safe in the log meanwhile
   * @param failedMarks high-water marks that could not be written
   */
  public record Reading(
      long commits,
      long failedWrites,
      long failedReads,
      long checkpoints,
      long failedCheckpoints,
      long failedMarks) {}
}
