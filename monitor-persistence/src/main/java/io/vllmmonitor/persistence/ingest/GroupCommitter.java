package io.vllmmonitor.persistence.ingest;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.sample.SampleBatch;
import io.vllmmonitor.api.store.AppendMode;
import io.vllmmonitor.api.store.AppendResult;
import io.vllmmonitor.api.store.SeriesStore;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Appends pushed samples to a store. What comes while a commit runs is committed together as soon
 * as that one is done, so that many senders share the wait for the disk. Every caller gets the
 * result of its own samples. Thread-safe; callers block.
 *
 * <p>The store tells one result for a whole group. Where nothing was rejected that says it all;
 * where something was, the members are appended once more one by one, which changes nothing for
 * what is stored already, and tells each its own.
 */
final class GroupCommitter {
  private static final int MOST_SAMPLES = 1_000_000;

  private static final class Member {
    private final List<SampleBatch> batches;
    private final long samples;
    private @Nullable AppendResult result;
    private @Nullable RuntimeException failure;

    Member(List<SampleBatch> batches) {
      this.batches = batches;
      this.samples = batches.stream().mapToLong(SampleBatch::size).sum();
    }

    boolean isDone() {
      return result != null || failure != null;
    }

    AppendResult answer() {
      if (failure != null) {
        throw failure;
      }
      return requireNonNull(result, "result");
    }
  }

  private final SeriesStore store;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition committed = lock.newCondition();
  private final Queue<Member> waiting = new ArrayDeque<>(); // guarded by lock
  private boolean committing; // guarded by lock

  GroupCommitter(SeriesStore store) {
    this.store = requireNonNull(store, "store");
  }

  /**
   * Stores batches in mode PUSHED; when it returns they are committed.
   *
   * @return what became of exactly these samples
   * @throws MonitorException as {@link SeriesStore#append} does; then none of them was stored
   */
  AppendResult append(List<SampleBatch> batches) {
    Member mine = new Member(List.copyOf(batches));
    lock.lock();
    try {
      waiting.add(mine);
      while (!mine.isDone()) {
        if (committing) {
          committed.awaitUninterruptibly();
        } else {
          lead();
        }
      }
    } finally {
      lock.unlock();
    }
    return mine.answer();
  }

  /** How many callers wait for a commit that has not begun. */
  int waiting() {
    lock.lock();
    try {
      return waiting.size();
    } finally {
      lock.unlock();
    }
  }

  /** Commits what waits. The lock is held at the beginning and at the end, not in between. */
  private void lead() {
    List<Member> group = new ArrayList<>();
    long samples = 0;
    Member next = waiting.peek();
    while (next != null && (group.isEmpty() || samples + next.samples <= MOST_SAMPLES)) {
      group.add(waiting.remove());
      samples += next.samples;
      next = waiting.peek();
    }
    committing = true;
    lock.unlock();
    try {
      commit(group);
    } finally {
      lock.lock();
      committing = false;
      committed.signalAll();
    }
  }

  private void commit(List<Member> group) {
    if (group.size() == 1) {
      alone(group.get(0));
      return;
    }
    List<SampleBatch> all = new ArrayList<>();
    group.forEach(member -> all.addAll(member.batches));
    try {
      AppendResult whole = store.append(all, AppendMode.PUSHED);
      if (whole.rejected().isEmpty()) {
        group.forEach(member -> member.result = AppendResult.allStored(member.samples));
      } else {
        group.forEach(this::alone);
      }
    } catch (MonitorException e) {
      group.forEach(member -> member.failure = e);
    } catch (RuntimeException e) {
      group.forEach(this::alone); // a bug that one of them met; the others are not to blame
    }
  }

  private void alone(Member member) {
    try {
      member.result = store.append(member.batches, AppendMode.PUSHED);
    } catch (RuntimeException e) {
      member.failure = e;
    }
  }
}
