package io.vllmmonitor.core.sampling;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.sample.SampleBatch;
import io.vllmmonitor.api.store.AppendResult;
import io.vllmmonitor.api.store.SeriesStore;
import io.vllmmonitor.core.telemetry.OwnCounter;
import io.vllmmonitor.core.telemetry.OwnMetrics;
import io.vllmmonitor.core.telemetry.Problems;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Commits batches to the store in groups, from one thread of its own: every commit interval, or as
 * soon as {@value #MOST_GROUP} batches wait. While the store is full or failing it keeps at most
 * {@value #MOST_BATCHES} batches and {@value #MOST_SAMPLES} samples, drops the oldest beyond that,
 * counts them, and tries again every second. Thread-safe.
 */
public final class SampleWriter implements AutoCloseable {
  public static final int MOST_GROUP = 64;
  public static final int MOST_BATCHES = 4_096;
  public static final long MOST_SAMPLES = 4_000_000;

  private static final String SUBJECT = "sample store";
  private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final SeriesStore store;
  private final Consumer<List<SampleBatch>> committed;
  private final long commitNanos;
  private final Problems problems;
  private final OwnCounter stored;
  private final OwnCounter rejected;
  private final OwnCounter dropped;
  private final OwnCounter droppedBatches;
  private final OwnCounter failures;
  private final Thread thread;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition ready = lock.newCondition();
  private final Condition settledSome = lock.newCondition();
  private final BatchBacklog backlog = new BatchBacklog(MOST_BATCHES, MOST_SAMPLES);
  private long offered;
  private long settled;
  private long wantedSoon; // commit without waiting until that many are settled
  private long failedAttempts;
  private @Nullable MonitorException lastFailure;
  private boolean failing;
  private boolean closing;

  /**
   * Starts the thread.
   *
   * @param commitInterval bounds how long a batch waits; 250 ms by default
   */
  public SampleWriter(
      SeriesStore store, Duration commitInterval, OwnMetrics metrics, Problems problems) {
    this(store, commitInterval, metrics, problems, batches -> {});
  }

  /**
   * Starts the thread.
   *
   * @param committed is told of the batches that the store took, in their order; must not wait
   */
  public SampleWriter(
      SeriesStore store,
      Duration commitInterval,
      OwnMetrics metrics,
      Problems problems,
      Consumer<List<SampleBatch>> committed) {
    this.committed = requireNonNull(committed, "committed");
    this.store = requireNonNull(store, "store");
    this.commitNanos = commitInterval.toNanos();
    this.problems = requireNonNull(problems, "problems");
    stored = metrics.counter("samples_stored", "Samples that the store took.");
    rejected = metrics.counter("samples_rejected", "Samples that the store refused.", "reason");
    dropped = metrics.counter("samples_dropped", "Samples lost because the store failed.");
    droppedBatches = metrics.counter("batches_dropped", "Scrapes lost because the store failed.");
    failures = metrics.counter("store_append_failures", "Appends that failed.", "code");
    metrics.gauge("write_queue_batches", "Scrapes that wait for the store.", this::waiting);
    thread = new Thread(this::run, "sample-writer");
    thread.setDaemon(true);
    thread.start();
  }

  /** Queues a batch; never waits for the store. A batch offered after close is dropped. */
  public void offer(SampleBatch batch) {
    requireNonNull(batch, "batch");
    lock.lock();
    try {
      if (closing) {
        countDropped(batch);
        return;
      }
      offered++;
      backlog.add(batch);
      trim();
      ready.signal();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Returns when everything queued before the call is committed or was dropped and counted.
   *
   * @throws MonitorException of the store when an attempt failed meanwhile; the batches stay queued
   */
  public void flush() {
    lock.lock();
    try {
      long until = offered;
      long failedBefore = failedAttempts;
      wantedSoon = Math.max(wantedSoon, until);
      ready.signal();
      while (settled < until) {
        if (failedAttempts > failedBefore && lastFailure != null) {
          throw lastFailure;
        }
        settledSome.await();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new MonitorException(
          ErrorCode.SHUTTING_DOWN, Blame.MONITOR, "Interrupted while samples were flushed", e);
    } finally {
      lock.unlock();
    }
  }

  /** How many batches wait. */
  public int waiting() {
    lock.lock();
    try {
      return backlog.size();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Commits what waits and ends the thread. What the store does not take at once is dropped and
   * counted; the store is left open.
   */
  @Override
  public void close() {
    lock.lock();
    try {
      closing = true;
      ready.signal();
    } finally {
      lock.unlock();
    }
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true; // what was measured is worth the wait
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    while (true) {
      List<SampleBatch> group = next();
      if (group.isEmpty()) {
        return;
      }
      try {
        took(group, store.append(group));
      } catch (RuntimeException e) {
        if (e instanceof MonitorException known && isOutage(known)) {
          failed(group, known);
        } else {
          oneByOne(group);
        }
      }
    }
  }

  /** Waits for the next group; empty means the end. */
  private List<SampleBatch> next() {
    lock.lock();
    try {
      while (backlog.size() == 0 && !closing) {
        ready.awaitUninterruptibly();
      }
      long left = failing ? RETRY_NANOS : commitNanos;
      int enough = failing ? Integer.MAX_VALUE : MOST_GROUP;
      while (left > 0 && backlog.size() < enough && wantedSoon <= settled && !closing) {
        left = ready.awaitNanos(left);
      }
      return backlog.take(MOST_GROUP);
    } catch (InterruptedException e) {
      // Nobody interrupts this thread on purpose; an early commit does no harm.
      return backlog.take(MOST_GROUP);
    } finally {
      lock.unlock();
    }
  }

  private void took(List<SampleBatch> batches, AppendResult result) {
    stored.add(result.stored());
    result.rejected().forEach((reason, count) -> rejected.add(count, reason.name()));
    boolean recovered;
    lock.lock();
    try {
      settled += batches.size();
      recovered = failing;
      failing = false;
      settledSome.signalAll();
    } finally {
      lock.unlock();
    }
    if (recovered) {
      problems.clear(SUBJECT);
    }
    committed.accept(batches);
  }

  private void failed(List<SampleBatch> group, MonitorException failure) {
    failures.increment(failure.code().name());
    problems.note(SUBJECT, failure);
    lock.lock();
    try {
      backlog.putBack(group);
      failing = true;
      failedAttempts++;
      lastFailure = failure;
      wantedSoon = settled; // whoever waits is told; the next attempt takes its time
      if (closing) {
        backlog.take(Integer.MAX_VALUE).forEach(this::settleDropped);
      }
      trim();
      settledSome.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** A batch that the store chokes on must not take the others with it. */
  private void oneByOne(List<SampleBatch> group) {
    for (int i = 0; i < group.size(); i++) {
      SampleBatch batch = group.get(i);
      try {
        took(List.of(batch), store.append(List.of(batch)));
      } catch (RuntimeException e) {
        if (e instanceof MonitorException known && isOutage(known)) {
          failed(group.subList(i, group.size()), known);
          return;
        }
        failures.increment(ErrorCode.INTERNAL.name());
        problems.note(
            ErrorCode.INTERNAL,
            Blame.MONITOR,
            SUBJECT,
            "The store did not take " + batch + " and it was dropped: " + e);
        lock.lock();
        try {
          settleDropped(batch);
          settledSome.signalAll();
        } finally {
          lock.unlock();
        }
      }
    }
  }

  private static boolean isOutage(MonitorException failure) {
    return switch (failure.code()) {
      case STORE_FULL, STORE_IO, STORE_CLOSED -> true;
      default -> false;
    };
  }

  private void trim() {
    for (SampleBatch batch = backlog.excess(); batch != null; batch = backlog.excess()) {
      settleDropped(batch);
    }
  }

  private void settleDropped(SampleBatch batch) {
    settled++;
    countDropped(batch);
  }

  private void countDropped(SampleBatch batch) {
    droppedBatches.increment();
    dropped.add(batch.size());
  }

  /** Batches in order with two limits. Guarded by the writer's lock. */
  private static final class BatchBacklog {
    private final java.util.ArrayDeque<SampleBatch> batches = new java.util.ArrayDeque<>();
    private final int mostBatches;
    private final long mostSamples;
    private long samples;

    BatchBacklog(int mostBatches, long mostSamples) {
      this.mostBatches = mostBatches;
      this.mostSamples = mostSamples;
    }

    int size() {
      return batches.size();
    }

    void add(SampleBatch batch) {
      batches.addLast(batch);
      samples += batch.size();
    }

    void putBack(List<SampleBatch> group) {
      for (int i = group.size() - 1; i >= 0; i--) {
        batches.addFirst(group.get(i));
        samples += group.get(i).size();
      }
    }

    List<SampleBatch> take(int most) {
      List<SampleBatch> group = new ArrayList<>();
      while (group.size() < most && !batches.isEmpty()) {
        SampleBatch batch = batches.removeFirst();
        samples -= batch.size();
        group.add(batch);
      }
      return group;
    }

    /** The oldest batch while there is too much, taken out; null when all is within limits. */
    @Nullable SampleBatch excess() {
      if (batches.size() <= mostBatches && (samples <= mostSamples || batches.size() <= 1)) {
        return null;
      }
      SampleBatch oldest = batches.removeFirst();
      samples -= oldest.size();
      return oldest;
    }
  }
}
