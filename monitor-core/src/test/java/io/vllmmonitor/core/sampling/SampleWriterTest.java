package io.vllmmonitor.core.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.sample.Sample;
import io.vllmmonitor.api.sample.SampleBatch;
import io.vllmmonitor.api.sample.SeriesData;
import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.api.sample.SeriesSelector;
import io.vllmmonitor.api.store.AppendMode;
import io.vllmmonitor.api.store.AppendResult;
import io.vllmmonitor.api.store.Capability;
import io.vllmmonitor.api.store.SeriesStore;
import io.vllmmonitor.api.target.TargetId;
import io.vllmmonitor.core.telemetry.OwnMetrics;
import io.vllmmonitor.core.telemetry.Problems;
import io.vllmmonitor.testkit.store.InMemorySeriesStore;
import io.vllmmonitor.testkit.time.ManualClock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SampleWriterTest {
  private static final TargetId TARGET = new TargetId("127.0.0.1:8000");
  private static final Instant START = Instant.parse("2026-11-25T00:00:00Z");

  private final ManualClock clock = new ManualClock(START);
  private final OwnMetrics metrics = new OwnMetrics();
  private final Problems problems = new Problems(clock, entries -> {});
  private final FailingStore store = new FailingStore(new InMemorySeriesStore(clock));
  private @Nullable SampleWriter writer;

  @AfterEach
  void close() {
    if (writer != null) {
      writer.close();
    }
  }

  @Test
  void batchIsCommittedWithinTheInterval() {
    SampleWriter quick = writer(Duration.ofMillis(20));
    quick.offer(batch(0));
    await().until(() -> store.latest(SeriesSelector.all()).size() == 1);
  }

  @Test
  void flushDoesNotWaitForTheInterval() {
    SampleWriter slow = writer(Duration.ofHours(1));
    for (int i = 0; i < 10; i++) {
      slow.offer(batch(i));
    }
    slow.flush();
    assertThat(stored()).isEqualTo(10);
    assertThat(store.groups).containsExactly(10);
    assertThat(slow.waiting()).isZero();
  }

  @Test
  void fullGroupIsCommittedAtOnce() {
    SampleWriter slow = writer(Duration.ofHours(1));
    for (int i = 0; i < SampleWriter.MOST_GROUP; i++) {
      slow.offer(batch(i));
    }
    await().until(() -> stored() == SampleWriter.MOST_GROUP);
  }

  @Test
  void refusedSamplesAreCountedByReason() {
    SampleWriter slow = writer(Duration.ofHours(1));
    slow.offer(batch(5));
    slow.offer(batch(4));
    slow.flush();
    assertThat(metrics.render())
        .contains("vllm_monitor_samples_stored_total 1")
        .contains("vllm_monitor_samples_rejected_total{reason=\"OUT_OF_ORDER\"} 1");
  }

  @Test
  void fullStoreIsReportedAndWrittenToAgainWhenThereIsSpace() {
    SampleWriter slow = writer(Duration.ofMillis(10));
    store.failure = failure(ErrorCode.STORE_FULL);
    slow.offer(batch(0));
    MonitorException e = catchThrowableOfType(MonitorException.class, slow::flush);
    assertThat(e.code()).isEqualTo(ErrorCode.STORE_FULL);
    slow.offer(batch(1));
    assertThat(problems.open()).hasSize(1);
    store.failure = null;
    await().atMost(Duration.ofSeconds(5)).until(() -> stored() == 2);
    await().until(() -> problems.open().isEmpty());
    assertThat(metrics.render()).contains("vllm_monitor_batches_dropped_total 0");
  }

  @Test
  void backlogDropsTheOldestAndCountsThem() {
    SampleWriter slow = writer(Duration.ofMillis(1));
    store.failure = failure(ErrorCode.STORE_IO);
    for (int i = 0; i < SampleWriter.MOST_BATCHES + 100; i++) {
      slow.offer(batch(i));
    }
    assertThatThrownBy(slow::flush).isInstanceOf(MonitorException.class);
    assertThat(slow.waiting()).isLessThanOrEqualTo(SampleWriter.MOST_BATCHES);
    store.failure = null;
    slow.flush();
    assertThat(stored()).isEqualTo(SampleWriter.MOST_BATCHES);
    assertThat(metrics.render()).contains("vllm_monitor_batches_dropped_total 100");
    assertThat(
            store.read(SeriesSelector.ofName("x0"), START, START.plusSeconds(99), 1_000).stream()
                .mapToInt(SeriesData::size)
                .sum())
        .isZero();
  }

  @Test
  void batchThatTheStoreChokesOnDoesNotTakeTheOthersWithIt() {
    SampleWriter slow = writer(Duration.ofHours(1));
    store.poison = START.plusSeconds(1);
    for (int i = 0; i < 3; i++) {
      slow.offer(batch(i));
    }
    slow.flush();
    assertThat(stored()).isEqualTo(2);
    assertThat(metrics.render()).contains("vllm_monitor_batches_dropped_total 1");
    assertThat(problems.open()).hasSize(1);
  }

  @Test
  void closeCommitsWhatWaits() {
    SampleWriter slow = writer(Duration.ofHours(1));
    slow.offer(batch(0));
    slow.close();
    assertThat(stored()).isEqualTo(1);
    slow.offer(batch(1));
    assertThat(metrics.render()).contains("vllm_monitor_batches_dropped_total 1");
  }

  @Test
  void closeEndsEvenWhenTheStoreFails() {
    SampleWriter slow = writer(Duration.ofHours(1));
    store.failure = failure(ErrorCode.STORE_FULL);
    slow.offer(batch(0));
    slow.close();
    assertThat(metrics.render()).contains("vllm_monitor_batches_dropped_total 1");
  }

  private long stored() {
    return store.statistics().samples();
  }

  private SampleWriter writer(Duration interval) {
    SampleWriter made = new SampleWriter(store, interval, metrics, problems);
    writer = made;
    return made;
  }

  private static SampleBatch batch(int second) {
    return new SampleBatch(
        TARGET, START.plusSeconds(second % 500), keys(second / 500), new double[] {second});
  }

  private static List<SeriesKey> keys(int number) {
    return List.of(SeriesKey.of("x" + number));
  }

  private static MonitorException failure(ErrorCode code) {
    return new MonitorException(code, Blame.ENVIRONMENT, "No space");
  }

  private static final class FailingStore implements SeriesStore {
    private final SeriesStore inner;
    private final List<Integer> groups = new CopyOnWriteArrayList<>();
    private volatile @Nullable MonitorException failure;
    private volatile @Nullable Instant poison;

    FailingStore(SeriesStore inner) {
      this.inner = inner;
    }

    @Override
    public AppendResult append(List<SampleBatch> batches, AppendMode mode) {
      MonitorException planned = failure;
      if (planned != null) {
        throw planned;
      }
      if (batches.stream().anyMatch(batch -> batch.at().equals(poison))) {
        throw new IllegalStateException("choked");
      }
      groups.add(batches.size());
      return inner.append(batches);
    }

    @Override
    public Set<Capability> capabilities() {
      return inner.capabilities();
    }

    @Override
    public List<SeriesKey> series(SeriesSelector selector, Instant from, Instant to) {
      return inner.series(selector, from, to);
    }

    @Override
    public List<SeriesData> read(SeriesSelector selector, Instant from, Instant to, int most) {
      return inner.read(selector, from, to, most);
    }

    @Override
    public List<Sample> latest(SeriesSelector selector) {
      return inner.latest(selector);
    }

    @Override
    public Statistics statistics() {
      return inner.statistics();
    }

    @Override
    public void close() {
      inner.close();
    }
  }
}
