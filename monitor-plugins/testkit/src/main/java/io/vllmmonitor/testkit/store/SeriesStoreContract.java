package io.vllmmonitor.testkit.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.sample.Labels;
import io.vllmmonitor.api.sample.Sample;
import io.vllmmonitor.api.sample.SampleBatch;
import io.vllmmonitor.api.sample.SeriesData;
import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.api.sample.SeriesRollup;
import io.vllmmonitor.api.sample.SeriesSelector;
import io.vllmmonitor.api.sample.StaleMarker;
import io.vllmmonitor.api.store.AppendResult;
import io.vllmmonitor.api.store.RejectReason;
import io.vllmmonitor.api.store.SeriesStore;
import io.vllmmonitor.api.target.TargetId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * What every series store promises. A store's test extends this and says how the store is opened;
 * JUnit runs the tests.
 */
public abstract class SeriesStoreContract extends SeriesStoreFixture {
  /** For the constructors of tests. */
  protected SeriesStoreContract() {}

  @Test
  void everyBitOfAValueComesBack() throws Exception {
    long[] bits = {
      0x0L,
      0x8000000000000000L, // -0
      0x7ff0000000000000L, // +Inf
      0xfff0000000000000L,
      0x7ff8000000000000L, // NaN
      0x7ff8000000000001L,
      0xfff8dead0000beefL,
      Double.doubleToRawLongBits(StaleMarker.value()),
      0x1L, // smallest subnormal
      0x000fffffffffffffL,
      0x7fefffffffffffffL, // greatest
      Double.doubleToRawLongBits(0.1)
    };
    for (int i = 0; i < bits.length; i++) {
      put(second(-i), key("metric_" + i, "0"), Double.longBitsToDouble(bits[i]));
      put(second(1 + i), RUNNING, Double.longBitsToDouble(bits[i]));
    }
    assertBits(bits);
    reopen();
    assertBits(bits);
  }

  @Test
  void aggregatesHoldEverySampleWhateverTargetItsLabelsName() {
    List<SeriesKey> page =
        List.of(
            SeriesKey.of("without_instance"),
            new SeriesKey("of_another", Labels.of(Map.of("instance", "gpu9:8000"))));
    Instant from = NOON.minus(Duration.ofHours(2));
    for (int i = 1; i <= 120; i++) {
      store.append(
          List.of(
              new SampleBatch(
                  new TargetId("gpu1:8000"),
                  from.plusSeconds(i * 30L),
                  page,
                  new double[] {i, 2 * i})));
    }
    store.flush();
    List<SeriesRollup> hours =
        store.rollup(SeriesSelector.all(), from, NOON, Duration.ofHours(1), PLENTY);
    assertThat(hours).extracting(SeriesRollup::series).containsExactly(page.get(1), page.get(0));
    assertThat(hours.get(1).count(0)).isEqualTo(120);
    assertThat(hours.get(1).sum(0)).isEqualTo(120 * 121 / 2.0);
    assertThat(hours.get(0).last(0)).isEqualTo(240);
  }

  private void assertBits(long[] bits) {
    SeriesData running =
        store.read(SeriesSelector.ofName(RUNNING.name()), NOON, second(100), PLENTY).get(0);
    for (int i = 0; i < bits.length; i++) {
      assertThat(Double.doubleToRawLongBits(running.value(i))).isEqualTo(bits[i]);
      Sample latest = store.latest(SeriesSelector.ofName("metric_" + i)).get(0);
      assertThat(Double.doubleToRawLongBits(latest.value())).isEqualTo(bits[i]);
    }
  }

  @Test
  void anOlderSampleIsRejectedAndTheOthersOfItsBatchAreStored() {
    put(second(10), RUNNING, 1);

    AppendResult result =
        store.append(List.of(batch(second(5), Map.of(RUNNING, 2.0, WAITING, 3.0))));

    assertThat(result).isEqualTo(new AppendResult(1, Map.of(RejectReason.OUT_OF_ORDER, 1L)));
    assertThat(text(readAll()))
        .containsExactly(
            "vllm:num_requests_running 10000 1.0", "vllm:num_requests_waiting 5000 3.0");
  }

  @Test
  void theSameSampleAgainIsANoOpThatCountsAsStored() {
    put(NOON, RUNNING, Double.NaN);
    assertThat(put(NOON, RUNNING, Double.NaN)).isEqualTo(AppendResult.allStored(1));
    assertThat(store.statistics().samples()).isEqualTo(1);
    assertThat(readAll().get(0).size()).isEqualTo(1);
  }

  @Test
  void anotherValueAtTheSameTimeIsRejectedByItsRawBits() {
    put(NOON, RUNNING, 0.0);
    AppendResult rejected = new AppendResult(0, Map.of(RejectReason.DUPLICATE_TIMESTAMP, 1L));
    assertThat(put(NOON, RUNNING, -0.0)).isEqualTo(rejected);

    put(NOON, WAITING, Double.NaN);
    assertThat(put(NOON, WAITING, Double.longBitsToDouble(0x7ff8000000000001L)))
        .isEqualTo(rejected);
    assertThat(put(NOON, WAITING, StaleMarker.value())).isEqualTo(rejected);
  }

  @Test
  void moreThanTenMinutesAheadIsRejected() {
    assertThat(put(NOON.plus(Duration.ofMinutes(10)).plusMillis(1), RUNNING, 1))
        .isEqualTo(new AppendResult(0, Map.of(RejectReason.TOO_FAR_AHEAD, 1L)));
    assertThat(put(NOON.plus(Duration.ofMinutes(10)), RUNNING, 1))
        .isEqualTo(AppendResult.allStored(1));

    clock.advance(Duration.ofMillis(1));
    assertThat(put(NOON.plus(Duration.ofMinutes(10)).plusMillis(1), RUNNING, 1))
        .isEqualTo(AppendResult.allStored(1));
  }

  @Test
  void theRulesHoldWithinOneAppendAndWithinOneBatch() {
    SampleBatch twice =
        new SampleBatch(
            TARGET, NOON, List.of(RUNNING, RUNNING, RUNNING), new double[] {1.0, 1.0, 2.0});
    assertThat(store.append(List.of(twice)))
        .isEqualTo(new AppendResult(2, Map.of(RejectReason.DUPLICATE_TIMESTAMP, 1L)));

    AppendResult result =
        store.append(
            List.of(
                batch(second(2), Map.of(RUNNING, 3.0)),
                batch(second(1), Map.of(RUNNING, 4.0)),
                batch(second(3), Map.of(RUNNING, 5.0))));
    assertThat(result).isEqualTo(new AppendResult(2, Map.of(RejectReason.OUT_OF_ORDER, 1L)));
    assertThat(text(readAll()))
        .containsExactly(
            "vllm:num_requests_running 0 1.0",
            "vllm:num_requests_running 2000 3.0",
            "vllm:num_requests_running 3000 5.0");
  }

  @Test
  void theRulesHoldAfterReopening() throws Exception {
    put(NOON.minus(Duration.ofDays(3)), WAITING, 7);
    put(NOON, RUNNING, 1);
    reopen();
    assertThat(put(second(-1), RUNNING, 2).rejected()).containsKey(RejectReason.OUT_OF_ORDER);
    assertThat(put(NOON, RUNNING, 2).rejected()).containsKey(RejectReason.DUPLICATE_TIMESTAMP);
    assertThat(put(NOON, RUNNING, 1)).isEqualTo(AppendResult.allStored(1));
    assertThat(put(NOON.minus(Duration.ofDays(4)), WAITING, 2).rejected())
        .containsKey(RejectReason.OUT_OF_ORDER);
    assertThat(store.statistics().samples()).isEqualTo(2);
  }

  @Test
  void reopeningKeepsEverything() throws Exception {
    SeriesKey odd = new SeriesKey("odd", Labels.of("text", "a\"b\\c\nd ü € \uD83D\uDE00 \u0000"));
    for (int day = 3; day >= 0; day--) {
      Instant at = NOON.minus(Duration.ofDays(day));
      store.append(List.of(batch(at, Map.of(RUNNING, (double) day, odd, 2.0))));
    }
    List<String> before = text(readAll());
    List<Sample> latest = store.latest(ALL);
    SeriesStore.Statistics statistics = store.statistics();
    reopen();
    assertThat(text(readAll())).isEqualTo(before).hasSize(8);
    assertThat(store.latest(ALL)).isEqualTo(latest);
    assertThat(store.series(ALL, Instant.EPOCH, NOON)).containsExactly(odd, RUNNING);
    assertThat(store.statistics().series()).isEqualTo(statistics.series());
    assertThat(store.statistics().samples()).isEqualTo(statistics.samples());
  }

  @Test
  void anAppendMaySpanDays() {
    clock.set(Instant.parse("2026-11-26T00:00:05Z"));
    Instant midnight = Instant.parse("2026-11-26T00:00:00Z");
    List<SampleBatch> batches =
        List.of(
            batch(midnight.minusMillis(1), Map.of(RUNNING, 1.0)),
            batch(midnight, Map.of(RUNNING, 2.0)));
    assertThat(store.append(batches)).isEqualTo(AppendResult.allStored(2));
    assertThat(store.read(ALL, midnight.minusMillis(1), midnight, PLENTY).get(0).size())
        .isEqualTo(2);
    assertThat(store.append(batches).rejected()).containsEntry(RejectReason.OUT_OF_ORDER, 1L);
  }

  @Test
  void spansIncludeBothEnds() {
    IntStream.range(0, 5).forEach(i -> put(second(i), RUNNING, i));
    assertThat(text(store.read(ALL, second(1), second(3), PLENTY)))
        .containsExactly(
            "vllm:num_requests_running 1000 1.0",
            "vllm:num_requests_running 2000 2.0",
            "vllm:num_requests_running 3000 3.0");
    assertThat(store.read(ALL, second(1).plusNanos(1), second(2).minusNanos(1), PLENTY)).isEmpty();
    assertThat(store.read(ALL, second(3), second(1), PLENTY)).isEmpty();
    assertThat(text(store.read(ALL, Instant.MIN, Instant.MAX, PLENTY))).hasSize(5);
    assertThat(store.series(ALL, Instant.MIN, Instant.MAX)).containsExactly(RUNNING);
  }

  @Test
  void seriesComeSortedAndSamplesOldestFirst() {
    List<SeriesKey> keys =
        List.of(key("b", "1"), key("b", "0"), key("a", "0"), key("a:x", "0"), key("a", "1"));
    for (int i = 0; i < 3; i++) {
      store.append(List.of(new SampleBatch(TARGET, second(i), keys, new double[keys.size()])));
    }
    List<SeriesData> data = readAll();
    assertThat(data.stream().map(SeriesData::series)).isSorted().hasSize(5);
    assertThat(store.latest(ALL).stream().map(Sample::series)).isSorted().hasSize(5);
    assertThat(store.series(ALL, NOON, second(3))).isSorted().hasSize(5);
    for (SeriesData series : data) {
      assertThat(IntStream.range(0, 3).mapToObj(series::epochMillis))
          .containsExactly(NOON.toEpochMilli(), second(1).toEpochMilli(), second(2).toEpochMilli());
    }
  }

  @Test
  void seriesAreListedByTheSpanInWhichTheyHaveSamples() {
    put(second(0), RUNNING, 1);
    put(second(10), WAITING, 1);
    assertThat(store.series(ALL, second(0), second(5))).containsExactly(RUNNING);
    assertThat(store.series(ALL, second(5), second(10))).containsExactly(WAITING);
    assertThat(store.series(ALL, second(1), second(9))).isEmpty();
    assertThat(store.series(SeriesSelector.ofName(WAITING.name()), second(0), second(10)))
        .containsExactly(WAITING);
  }

  @Test
  void selectorsChooseByNameAndLabels() {
    for (String engine : List.of("0", "1", "10")) {
      put(NOON, key("m", engine), 1);
      put(NOON, key("n", engine), 1);
    }
    assertThat(engines("m{engine=\"1\"}")).containsExactly("m 1");
    assertThat(engines("m{engine!=\"1\"}")).containsExactly("m 0", "m 10");
    assertThat(engines("{engine=~\"1.*\"}")).containsExactly("m 1", "m 10", "n 1", "n 10");
    assertThat(engines("m{engine!~\"1\"}")).containsExactly("m 0", "m 10");
    assertThat(engines("{__name__=\"n\",engine=\"0\"}")).containsExactly("n 0");
    assertThat(engines("m{absent=\"\"}")).hasSize(3);
    assertThat(engines("absent")).isEmpty();
  }

  private List<String> engines(String selector) {
    return store.read(SeriesSelector.parse(selector), NOON, NOON, PLENTY).stream()
        .map(data -> data.series().name() + " " + data.series().labels().get("engine"))
        .toList();
  }

  @Test
  void aReadBeyondItsLimitIsRefusedNotCut() {
    for (int i = 0; i < 10; i++) {
      store.append(List.of(batch(second(i), Map.of(RUNNING, 1.0, WAITING, 2.0))));
    }
    assertThat(store.read(ALL, NOON, second(9), 20)).hasSize(2);
    assertCode(ErrorCode.QUERY_TOO_LARGE, () -> store.read(ALL, NOON, second(9), 19));
    assertThat(store.read(SeriesSelector.ofName(RUNNING.name()), NOON, second(9), 10)).hasSize(1);
  }

  @Test
  void latestIsTheNewestSampleStaleMarkersIncluded() {
    put(second(0), RUNNING, 1);
    put(second(1), RUNNING, StaleMarker.value());
    put(second(0), WAITING, 2);
    List<Sample> latest = store.latest(ALL);
    assertThat(latest).hasSize(2);
    assertThat(latest.get(0).at()).isEqualTo(second(1));
    assertThat(StaleMarker.is(latest.get(0).value())).isTrue();
    assertThat(latest.get(1)).isEqualTo(new Sample(WAITING, second(0), 2));
  }

  @Test
  void pagesThatChangeTheirShapeKeepTheirSeriesApart() {
    store.append(List.of(batch(second(0), Map.of(RUNNING, 1.0, WAITING, 2.0))));
    store.append(List.of(batch(second(1), Map.of(WAITING, 3.0))));
    SeriesKey third = key("third", "0");
    store.append(List.of(batch(second(2), Map.of(third, 4.0, RUNNING, 5.0, WAITING, 6.0))));
    assertThat(text(readAll()))
        .containsExactly(
            "third 2000 4.0",
            "vllm:num_requests_running 0 1.0",
            "vllm:num_requests_running 2000 5.0",
            "vllm:num_requests_waiting 0 2.0",
            "vllm:num_requests_waiting 1000 3.0",
            "vllm:num_requests_waiting 2000 6.0");
  }

  @Test
  void targetsMayScrapeAtTheSameMillisecondAndLate() {
    for (int target = 0; target < 5; target++) {
      SeriesKey key = new SeriesKey("up", Labels.of("instance", "gpu" + target));
      TargetId id = new TargetId("gpu" + target + ":8000");
      for (int i = 0; i < 3; i++) {
        store.append(List.of(new SampleBatch(id, second(i), List.of(key), new double[] {i})));
      }
    }
    assertThat(readAll()).hasSize(5).allSatisfy(data -> assertThat(data.size()).isEqualTo(3));
  }

  @Test
  void anEmptyAppendAndAnEmptyBatchStoreNothing() {
    assertThat(store.append(List.of())).isEqualTo(AppendResult.allStored(0));
    assertThat(store.append(List.of(batch(NOON, Map.of())))).isEqualTo(AppendResult.allStored(0));
    assertThat(store.statistics().series()).isZero();
    assertThat(readAll()).isEmpty();
    assertThat(store.latest(ALL)).isEmpty();
  }

  @Test
  void statisticsCountSeriesAndSamples() {
    for (int i = 0; i < 4; i++) {
      store.append(List.of(batch(second(i), Map.of(RUNNING, 1.0, WAITING, 2.0))));
    }
    assertThat(store.statistics().series()).isEqualTo(2);
    assertThat(store.statistics().samples()).isEqualTo(8);
  }

  @Test
  void aClosedStoreSaysSo() {
    put(NOON, RUNNING, 1);
    store.close();
    store.close();
    assertCode(ErrorCode.STORE_CLOSED, () -> put(second(1), RUNNING, 1));
    assertCode(ErrorCode.STORE_CLOSED, this::readAll);
    assertCode(ErrorCode.STORE_CLOSED, () -> store.latest(ALL));
    assertCode(ErrorCode.STORE_CLOSED, () -> store.series(ALL, NOON, NOON));
    assertCode(ErrorCode.STORE_CLOSED, () -> store.statistics());
  }

  @Test
  void concurrentReadersSeeWholeBatchesOnly() throws Exception {
    int rounds = 150;
    List<SeriesKey> keys = IntStream.range(0, 20).mapToObj(i -> key("m" + i, "0")).toList();
    ExecutorService threads = Executors.newFixedThreadPool(3);
    try {
      List<Future<?>> running = new ArrayList<>();
      for (int writer = 0; writer < 2; writer++) {
        TargetId target = new TargetId("gpu" + writer + ":8000");
        String engine = "w" + writer;
        List<SeriesKey> own = keys.stream().map(key -> key(key.name(), engine)).toList();
        running.add(threads.submit(() -> appendRounds(target, own, rounds)));
      }
      running.add(threads.submit(() -> readUntil(2L * rounds * keys.size())));
      for (Future<?> future : running) {
        await(future);
      }
    } finally {
      threads.shutdownNow();
    }
    assertThat(store.statistics().samples()).isEqualTo(2L * rounds * keys.size());
  }

  private void appendRounds(TargetId target, List<SeriesKey> keys, int rounds) {
    for (int i = 1; i <= rounds; i++) {
      double[] values = new double[keys.size()];
      Arrays.fill(values, i);
      store.append(List.of(new SampleBatch(target, NOON.plusMillis(i), keys, values)));
    }
  }

  private void readUntil(long all) {
    long seen = 0;
    while (seen < all && !Thread.currentThread().isInterrupted()) {
      List<SeriesData> data = readAll();
      for (String engine : List.of("w0", "w1")) {
        assertThat(
                data.stream()
                    .filter(series -> engine.equals(series.series().labels().get("engine")))
                    .mapToInt(SeriesData::size)
                    .distinct()
                    .count())
            .as("lengths of the series of one page")
            .isLessThanOrEqualTo(1);
      }
      seen = data.stream().mapToLong(SeriesData::size).sum();
    }
  }

  private static void await(Future<?> future) throws Exception {
    try {
      future.get();
    } catch (ExecutionException e) {
      throw new AssertionError("A thread of the test failed", e.getCause());
    }
  }
}
