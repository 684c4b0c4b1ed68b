package io.vllmmonitor.testkit.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.sample.Labels;
import io.vllmmonitor.api.sample.SampleBatch;
import io.vllmmonitor.api.sample.SeriesData;
import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.api.sample.SeriesSelector;
import io.vllmmonitor.api.store.AppendResult;
import io.vllmmonitor.api.store.Capability;
import io.vllmmonitor.api.store.SeriesStore;
import io.vllmmonitor.api.target.TargetId;
import io.vllmmonitor.testkit.time.ManualClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/**
 * The store under test, its clock, and the words that the contract is written in. Opens the store
 * before each test and closes it after.
 */
abstract class SeriesStoreFixture {
  static final TargetId TARGET = new TargetId("gpu1:8000");
  static final Instant NOON = Instant.parse("2026-11-25T12:00:00Z");
  static final SeriesKey RUNNING = key("vllm:num_requests_running", "0");
  static final SeriesKey WAITING = key("vllm:num_requests_waiting", "0");
  static final SeriesSelector ALL = SeriesSelector.all();
  static final int PLENTY = 1_000_000;

  /** What the store is opened with; stands at noon of 2026-11-25. */
  protected final ManualClock clock = new ManualClock(NOON);

  SeriesStore store;

  /**
   * Opens the store. The first call of a test opens an empty one; a later call, made after closing,
   * opens what a durable store kept.
   */
  protected abstract SeriesStore open() throws Exception;

  /** Closes whatever {@link #open} opened besides the store; called after each close. */
  protected void afterClose() throws Exception {}

  @BeforeEach
  final void openStore() throws Exception {
    store = open();
  }

  @AfterEach
  final void closeStore() throws Exception {
    store.close();
    afterClose();
  }

  final void reopen() throws Exception {
    assumeThat(store.capabilities()).contains(Capability.DURABLE);
    closeStore();
    store = open();
  }

  static SeriesKey key(String name, String engine) {
    return new SeriesKey(name, Labels.of("engine", engine, "instance", "gpu1:8000"));
  }

  static SampleBatch batch(Instant at, Map<SeriesKey, Double> values) {
    List<SeriesKey> keys = List.copyOf(values.keySet());
    return new SampleBatch(
        TARGET,
        at,
        keys,
        keys.stream().mapToDouble(key -> values.getOrDefault(key, 0.0)).toArray());
  }

  final AppendResult put(Instant at, SeriesKey key, double value) {
    return store.append(List.of(batch(at, Map.of(key, value))));
  }

  static Instant second(int seconds) {
    return NOON.plusSeconds(seconds);
  }

  final List<SeriesData> readAll() {
    return store.read(ALL, Instant.EPOCH, NOON.plus(Duration.ofDays(30)), PLENTY);
  }

  static List<String> text(List<SeriesData> data) {
    List<String> lines = new ArrayList<>();
    for (SeriesData series : data) {
      for (int i = 0; i < series.size(); i++) {
        lines.add(
            series.series().name()
                + " "
                + Duration.between(NOON, Instant.ofEpochMilli(series.epochMillis(i))).toMillis()
                + " "
                + series.value(i));
      }
    }
    return lines;
  }

  static void assertCode(ErrorCode code, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(MonitorException.class, e -> assertThat(e.code()).isEqualTo(code));
  }
}
