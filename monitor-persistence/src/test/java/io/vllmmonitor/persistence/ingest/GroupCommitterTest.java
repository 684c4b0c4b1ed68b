package io.vllmmonitor.persistence.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.sample.Labels;
import io.vllmmonitor.api.sample.Sample;
import io.vllmmonitor.api.sample.SampleBatch;
import io.vllmmonitor.api.sample.SeriesData;
import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.api.sample.SeriesSelector;
import io.vllmmonitor.api.store.AppendMode;
import io.vllmmonitor.api.store.AppendResult;
import io.vllmmonitor.api.store.Capability;
import io.vllmmonitor.api.store.RejectReason;
import io.vllmmonitor.api.store.SeriesStore;
import io.vllmmonitor.api.target.TargetId;
import io.vllmmonitor.testkit.store.InMemorySeriesStore;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class GroupCommitterTest {
  private static final Instant NOW = Instant.parse("2026-11-25T12:00:00Z");

  private final Gate store = new Gate();
  private final GroupCommitter committer = new GroupCommitter(store);
  private final ExecutorService threads = Executors.newCachedThreadPool();

  @AfterEach
  void close() {
    store.open.release(1_000);
    threads.shutdownNow();
  }

  @Test
  void whatComesDuringACommitIsCommittedTogether() throws Exception {
    List<Future<AppendResult>> all =
        behindTheFirst(List.of(batch("b", 1, 1), batch("c", 1, 1), batch("d", 1, 1)));
    store.open.release(2);
    for (Future<AppendResult> one : all) {
      assertThat(one.get()).isEqualTo(AppendResult.allStored(1));
    }
    assertThat(store.appends).hasValue(2);
    assertThat(store.statistics().samples()).isEqualTo(4);
  }

  @Test
  void everyCallerGetsTheResultOfItsOwnSamples() throws Exception {
    SampleBatch ahead = batch("c", 1, NOW.toEpochMilli() + 3_600_000);
    List<Future<AppendResult>> all =
        behindTheFirst(List.of(batch("b", 1, 1), ahead, batch("a", 2, 1)));
    store.open.release(10);
    assertThat(all.get(0).get().stored()).isEqualTo(1);
    assertThat(all.get(1).get()).isEqualTo(AppendResult.allStored(1));
    assertThat(all.get(2).get())
        .isEqualTo(new AppendResult(0, Map.of(RejectReason.TOO_FAR_AHEAD, 1L)));
    assertThat(all.get(3).get())
        .isEqualTo(new AppendResult(0, Map.of(RejectReason.DUPLICATE_TIMESTAMP, 1L)));
    assertThat(store.statistics().samples()).isEqualTo(2);
  }

  @Test
  void aStoreThatFailsFailsEveryoneWhoWaits() throws Exception {
    List<Future<AppendResult>> all = behindTheFirst(List.of(batch("b", 1, 1), batch("c", 1, 1)));
    store.failure =
        Optional.of(new MonitorException(ErrorCode.STORE_FULL, Blame.ENVIRONMENT, "full"));
    store.open.release(10);
    for (Future<AppendResult> one : all) {
      assertThatThrownBy(one::get)
          .isInstanceOf(ExecutionException.class)
          .hasRootCauseInstanceOf(MonitorException.class);
    }
    store.failure = Optional.empty();
    assertThat(committer.append(List.of(batch("b", 1, 1)))).isEqualTo(AppendResult.allStored(1));
  }

  @Test
  void aBugThatOneMeetsHitsOnlyThatOne() throws Exception {
    List<Future<AppendResult>> all =
        behindTheFirst(List.of(batch("poison", 1, 1), batch("c", 1, 1)));
    store.open.release(10);
    assertThatThrownBy(all.get(1)::get).hasRootCauseInstanceOf(IllegalStateException.class);
    assertThat(all.get(2).get()).isEqualTo(AppendResult.allStored(1));
  }

  @Test
  void manyWritersLoseNothing() throws Exception {
    store.open.release(1_000_000);
    List<Future<Long>> writers = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      String name = "w" + i;
      writers.add(
          threads.submit(
              () -> {
                long stored = 0;
                for (int at = 1; at <= 500; at++) {
                  stored += committer.append(List.of(batch(name, at, at))).stored();
                }
                return stored;
              }));
    }
    for (Future<Long> writer : writers) {
      assertThat(writer.get()).isEqualTo(500);
    }
    assertThat(store.statistics().samples()).isEqualTo(4_000);
  }

  /** One that is being committed, and others that wait behind it; all in order. */
  private List<Future<AppendResult>> behindTheFirst(List<SampleBatch> others) throws Exception {
    List<Future<AppendResult>> all = new ArrayList<>();
    all.add(threads.submit(() -> committer.append(List.of(batch("a", 1, 1)))));
    store.entered.await();
    for (int i = 0; i < others.size(); i++) {
      SampleBatch batch = others.get(i);
      all.add(threads.submit(() -> committer.append(List.of(batch))));
      while (committer.waiting() < i + 1) {
        Thread.onSpinWait();
      }
    }
    return all;
  }

  private static SampleBatch batch(String name, double value, long at) {
    SeriesKey key = new SeriesKey(name, Labels.of("job", "vllm", "instance", name));
    return new SampleBatch(
        new TargetId(name), Instant.ofEpochMilli(at), List.of(key), new double[] {value});
  }

  /** A store in memory that lets an append pass only when it is told to. */
  private static final class Gate implements SeriesStore {
    private final InMemorySeriesStore store = new InMemorySeriesStore(() -> NOW);
    private final Semaphore open = new Semaphore(0);
    private final CountDownLatch entered = new CountDownLatch(1);
    private final AtomicInteger appends = new AtomicInteger();
    private volatile Optional<MonitorException> failure = Optional.empty();

    @Override
    public Set<Capability> capabilities() {
      return store.capabilities();
    }

    @Override
    public AppendResult append(List<SampleBatch> batches, AppendMode mode) {
      entered.countDown();
      open.acquireUninterruptibly();
      appends.incrementAndGet();
      failure.ifPresent(
          e -> {
            throw e;
          });
      assertThat(mode).isEqualTo(AppendMode.PUSHED);
      if (batches.stream().anyMatch(batch -> batch.target().instance().equals("poison"))) {
        throw new IllegalStateException("a bug");
      }
      return store.append(batches, mode);
    }

    @Override
    public List<SeriesKey> series(SeriesSelector selector, Instant from, Instant to) {
      return store.series(selector, from, to);
    }

    @Override
    public List<SeriesData> read(
        SeriesSelector selector, Instant from, Instant to, int maxSamples) {
      return store.read(selector, from, to, maxSamples);
    }

    @Override
    public List<Sample> latest(SeriesSelector selector) {
      return store.latest(selector);
    }

    @Override
    public Statistics statistics() {
      return store.statistics();
    }

    @Override
    public void close() {
      store.close();
    }
  }
}
