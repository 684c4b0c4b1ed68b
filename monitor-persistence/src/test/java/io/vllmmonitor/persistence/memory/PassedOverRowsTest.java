package io.vllmmonitor.persistence.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.history.AuditAction;
import io.vllmmonitor.api.history.AuditEntry;
import io.vllmmonitor.api.history.HistoryQuery;
import io.vllmmonitor.api.history.Page;
import io.vllmmonitor.api.sample.MetricCatalog;
import io.vllmmonitor.api.store.RecordKind;
import io.vllmmonitor.api.store.StoredRecord;
import io.vllmmonitor.persistence.engine.OpenStores;
import io.vllmmonitor.testkit.time.ManualClock;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Damage in a real file, met by pages that go on without the row but say so. */
class PassedOverRowsTest {
  private static final Instant START = Instant.parse("2026-11-25T00:00:00Z");

  @TempDir Path folder;
  private final List<String> told = new ArrayList<>();

  private static AuditEntry entry(int number) {
    return new AuditEntry(
        "e%02d".formatted(number),
        START.plusSeconds(number),
        "rest",
        AuditAction.BACKUP,
        "store",
        null,
        AuditEntry.Result.DONE,
        "",
        Map.of());
  }

  @Test
  void damagedRowsAreLeftOutCountedAndTold() throws Exception {
    try (OpenStores stores = OpenStores.in(folder, ManualClock.at("2026-11-25T12:00:00Z"))) {
      StoredMemory memory =
          new StoredMemory(
              stores.engine().series(), stores.engine().records(), new MetricCatalog());
      memory.onUnreadable((kind, ids) -> told.add(kind + " " + ids));
      for (int i = 0; i < 10; i++) {
        int number = i;
        memory.write(entries -> entries.audit(entry(number)));
      }
      stores
          .engine()
          .records()
          .write(
              List.of(
                  new StoredRecord(
                      RecordKind.AUDIT, "e04x", START.plusSeconds(4), null, Map.of(), "{}")));
      damage("UPDATE audit SET detail = replace(detail, 'rest', 'root') WHERE id = 'e07'");

      List<String> found = new ArrayList<>();
      int passedOver = 0;
      @Nullable String cursor = null;
      do {
        Page<AuditEntry> page =
            memory.audit(HistoryQuery.newest().withLimit(3).after(cursor), null, null, null, null);
        assertThat(page.items()).hasSizeLessThanOrEqualTo(3);
        page.items().forEach(entry -> found.add(entry.id()));
        passedOver += page.passedOver();
        cursor = page.next();
      } while (cursor != null);
      assertThat(found)
          .containsExactly("e09", "e08", "e06", "e05", "e04", "e03", "e02", "e01", "e00");
      assertThat(passedOver).isEqualTo(2);
      assertThat(told).containsExactly("AUDIT [e07]", "AUDIT [e04x]");
    }
  }

  @Test
  void whatARestartDecidesByIsNeverPassedOver() throws Exception {
    try (OpenStores stores = OpenStores.in(folder, ManualClock.at("2026-11-25T12:00:00Z"))) {
      StoredMemory memory =
          new StoredMemory(
              stores.engine().series(), stores.engine().records(), new MetricCatalog());
      memory.onUnreadable((kind, ids) -> told.add(kind + " " + ids));
      stores
          .engine()
          .records()
          .write(
              List.of(new StoredRecord(RecordKind.INCIDENTS, "i1", START, null, Map.of(), "{}")));
      damage("UPDATE incidents SET crc = crc + 1");
      assertThatThrownBy(() -> memory.incidents(HistoryQuery.newest(), null))
          .isInstanceOfSatisfying(
              MonitorException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.STORE_DAMAGED));
      assertThat(told).isEmpty();
    }
  }

  private void damage(String sql) throws Exception {
    try (Connection connection =
            DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("monitor.db"));
        Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA busy_timeout = 5000");
      assertThat(statement.executeUpdate(sql)).isEqualTo(1);
    }
  }
}
