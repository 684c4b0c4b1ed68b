package io.vllmmonitor.persistence.retention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.lifecycle.LifecycleState;
import io.vllmmonitor.api.outcome.HappyPath;
import io.vllmmonitor.api.store.RecordKind;
import io.vllmmonitor.api.store.RecordStore;
import io.vllmmonitor.api.store.StoredRecord;
import io.vllmmonitor.api.target.TargetId;
import io.vllmmonitor.persistence.config.PersistenceConfig;
import io.vllmmonitor.persistence.memory.StoredMemory;
import io.vllmmonitor.persistence.retention.RetentionPlan.Reason;
import io.vllmmonitor.testkit.store.InMemoryRecordStore;
import io.vllmmonitor.testkit.time.ManualClock;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RetentionTest {
  private static final Instant NOON = Instant.parse("2026-11-25T12:00:00Z");

  private final ManualClock clock = new ManualClock(NOON);
  private final InMemoryRecordStore records = new InMemoryRecordStore();
  private final PartsOnly series = new PartsOnly();
  private final List<String> shrinks = new ArrayList<>();
  private long bytes;

  private Retention retention(PersistenceConfig config) {
    return new Retention(series, records, config, () -> bytes, () -> shrinks.add("shrunk"), clock);
  }

  private Retention retention() {
    return retention(PersistenceConfig.of(Path.of("data")));
  }

  private void row(RecordKind kind, String id, int daysOld, Map<String, String> columns) {
    row(kind, id, daysOld, columns, "{\"id\":\"" + id + "\"}");
  }

  private void row(
      RecordKind kind, String id, int daysOld, Map<String, String> columns, String json) {
    Instant at = NOON.minus(Duration.ofDays(daysOld));
    records.write(List.of(new StoredRecord(kind, id, at, "gpu1:8000", columns, json)));
  }

  private boolean has(RecordKind kind, String id) {
    return records.find(kind, id).isPresent();
  }

  @Test
  void everyKindIsForgottenAfterItsOwnAge() {
    row(RecordKind.CHECKPOINTS, "c-new", 1, Map.of());
    for (int days : new int[] {59, 61, 89, 91, 364, 366}) {
      row(RecordKind.CHECKPOINTS, "c-" + days, days, Map.of());
      row(RecordKind.PREDICTIONS, "p-" + days, days, Map.of());
      row(RecordKind.AUDIT, "a-" + days, days, Map.of());
      row(RecordKind.PLUGIN_STATES, "s-" + days, days, Map.of());
    }

    RetentionPlan done = retention().apply();

    assertThat(has(RecordKind.CHECKPOINTS, "c-89")).isTrue();
    assertThat(has(RecordKind.CHECKPOINTS, "c-91")).isFalse();
    assertThat(has(RecordKind.PREDICTIONS, "p-59")).isTrue();
    assertThat(has(RecordKind.PREDICTIONS, "p-61")).isFalse();
    assertThat(has(RecordKind.AUDIT, "a-364")).isTrue();
    assertThat(has(RecordKind.AUDIT, "a-366")).isFalse();
    assertThat(records.count(RecordKind.PLUGIN_STATES)).isEqualTo(6);
    assertThat(done.rows()).isEqualTo(3 + 5 + 1);
    assertThat(shrinks).hasSize(1);
  }

  @Test
  void whatIsAliveStaysHoweverOldItIs() {
    row(
        RecordKind.INCIDENTS,
        "i-open",
        500,
        Map.of("status", "OPEN"),
        "{\"id\":\"i-open\",\"firings\":[\"f-of-open\"]}");
    row(RecordKind.INCIDENTS, "i-closed", 500, Map.of("status", "CLOSED"));
    row(RecordKind.GUARDRAIL_FIRINGS, "f-of-open", 500, Map.of("status", "CLEARED"));
    row(RecordKind.GUARDRAIL_FIRINGS, "f-lasting", 500, Map.of("status", "FIRING"));
    row(RecordKind.GUARDRAIL_FIRINGS, "f-cleared", 500, Map.of("status", "CLEARED"));
    row(RecordKind.MITIGATION_ATTEMPTS, "m-flying", 500, Map.of("status", "DISPATCHED"));
    row(
        RecordKind.MITIGATION_ATTEMPTS,
        "m-of-open",
        500,
        Map.of("status", "SUCCEEDED", "incident_id", "i-open"));
    row(RecordKind.MITIGATION_ATTEMPTS, "m-done", 500, Map.of("status", "SUCCEEDED"));
    row(RecordKind.RESTORE_REPORTS, "r-1", 500, Map.of());
    row(RecordKind.RESTORE_REPORTS, "r-2", 400, Map.of());

    RetentionPlan done = retention().apply();

    assertThat(has(RecordKind.INCIDENTS, "i-open")).isTrue();
    assertThat(has(RecordKind.INCIDENTS, "i-closed")).isFalse();
    assertThat(has(RecordKind.GUARDRAIL_FIRINGS, "f-of-open")).isTrue();
    assertThat(has(RecordKind.GUARDRAIL_FIRINGS, "f-lasting")).isTrue();
    assertThat(has(RecordKind.GUARDRAIL_FIRINGS, "f-cleared")).isFalse();
    assertThat(has(RecordKind.MITIGATION_ATTEMPTS, "m-flying")).isTrue();
    assertThat(has(RecordKind.MITIGATION_ATTEMPTS, "m-of-open")).isTrue();
    assertThat(has(RecordKind.MITIGATION_ATTEMPTS, "m-done")).isFalse();
    assertThat(has(RecordKind.RESTORE_REPORTS, "r-2")).isTrue();
    assertThat(has(RecordKind.RESTORE_REPORTS, "r-1")).isFalse();
    assertThat(done.records())
        .filteredOn(removal -> removal.kind() == RecordKind.GUARDRAIL_FIRINGS)
        .singleElement()
        .satisfies(removal -> assertThat(removal.kept()).isEqualTo(2));
  }

  @Test
  void checkpointsThatAHappyPathNamesAndTheNewestOfATargetStay() {
    row(RecordKind.CHECKPOINTS, "c-1", 300, Map.of());
    row(RecordKind.CHECKPOINTS, "c-2", 200, Map.of());
    row(RecordKind.CHECKPOINTS, "c-3", 100, Map.of());
    HappyPath path =
        new HappyPath(
            "h",
            "drain",
            "",
            new TargetId("gpu1:8000"),
            LifecycleState.ERROR,
            LifecycleState.SERVING,
            List.of("pause-and-drain"),
            List.of(),
            List.of("c-1"),
            List.of(),
            List.of(),
            List.of(),
            Map.of(),
            Duration.ofSeconds(9),
            1,
            0,
            null,
            NOON.minus(Duration.ofDays(1_000)));
    records.write(StoredMemory.rows(entries -> entries.happyPath(path)));

    assertThat(retention().apply().rows()).isEqualTo(1);

    assertThat(has(RecordKind.CHECKPOINTS, "c-1")).isTrue();
    assertThat(has(RecordKind.CHECKPOINTS, "c-2")).isFalse();
    assertThat(has(RecordKind.CHECKPOINTS, "c-3")).isTrue();
    assertThat(has(RecordKind.HAPPY_PATHS, "h")).isTrue();
  }

  @Test
  void thousandsOfRowsGoPageByPage() {
    row(RecordKind.AUDIT, "new", 1, Map.of());
    IntStream.range(0, 2_500).forEach(i -> row(RecordKind.AUDIT, "old-" + i, 400, Map.of()));

    assertThat(retention().plan().rows()).isEqualTo(2_500);
    assertThat(records.count(RecordKind.AUDIT)).isEqualTo(2_501);
    assertThat(retention().apply().rows()).isEqualTo(2_500);
    assertThat(records.count(RecordKind.AUDIT)).isEqualTo(1);
  }

  @Test
  void samplesGoByWholeDaysAndAggregatesLater() {
    series
        .month("rollup-2025-09", "2025-09-01", "2025-10-01", 5)
        .month("rollup-2026-10", "2026-10-01", "2026-11-01", 5)
        .day("2026-10-25", 100)
        .day("2026-10-26", 100)
        .day("2026-11-25", 100);

    RetentionPlan plan = retention().plan();

    assertThat(plan.bytes()).isEqualTo(105);
    assertThat(series.parts).hasSize(5);
    assertThat(retention().apply().parts()).isEqualTo(plan.parts());
    assertThat(series.names()).containsExactly("rollup-2026-10", "2026-10-26", "2026-11-25");
    assertThat(shrinks).as("no row was deleted").isEmpty();
  }

  @Test
  void aStoreAboveItsCapForgetsTheOldestSamplesEarlyButNeverTheNewest() {
    series
        .month("rollup-2026-10", "2026-10-01", "2026-11-01", 10)
        .month("rollup-2026-11", "2026-11-01", "2026-12-01", 10)
        .day("2026-11-23", 100)
        .day("2026-11-24", 100)
        .day("2026-11-25", 100);
    bytes = 350;

    Retention some = retention(PersistenceConfig.builder(Path.of("data")).maxSize(200).build());
    assertThat(some.plan().parts())
        .extracting(removal -> removal.part().name() + " " + removal.reason())
        .containsExactly("2026-11-23 SIZE", "2026-11-24 SIZE");
    assertThat(some.plan().excessBytes()).isZero();

    Retention most = retention(PersistenceConfig.builder(Path.of("data")).maxSize(50).build());
    RetentionPlan plan = most.apply();
    assertThat(plan.parts())
        .extracting(RetentionPlan.PartRemoval::reason)
        .containsOnly(Reason.SIZE);
    assertThat(plan.excessBytes()).isEqualTo(350 - 210 - 50);
    assertThat(series.names()).containsExactly("rollup-2026-11", "2026-11-25");
  }

  @Test
  void nothingIsForgottenWhereWhatMustStayCannotBeRead() {
    row(RecordKind.AUDIT, "old", 400, Map.of());
    row(RecordKind.INCIDENTS, "i", 1, Map.of("status", "OPEN"), "{\"broken");

    assertThatThrownBy(() -> retention().apply())
        .isInstanceOfSatisfying(
            MonitorException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.STORE_DAMAGED));
    assertThat(has(RecordKind.AUDIT, "old")).isTrue();
  }

  @Test
  void aFullDiskOnWhichNoRowCanBeDeletedGetsItsOldSamplesDeleted() {
    row(RecordKind.AUDIT, "old", 400, Map.of());
    series.day("2026-10-01", 100).day("2026-11-25", 100);
    PersistenceConfig config = PersistenceConfig.of(Path.of("data"));
    RecordStore full = new NothingDeleted(records);
    Retention retention = new Retention(series, full, config, () -> bytes, () -> {}, clock);

    assertThatThrownBy(retention::apply)
        .isInstanceOfSatisfying(
            MonitorException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.STORE_FULL));
    assertThat(series.names()).containsExactly("2026-11-25");
  }

  @Test
  void aFreshStoreHasNothingToForget() {
    RetentionPlan plan = retention().plan();

    assertThat(plan.isEmpty()).isTrue();
    assertThat(plan.records()).isEmpty();
    assertThat(plan.at()).isEqualTo(NOON);
  }
}
