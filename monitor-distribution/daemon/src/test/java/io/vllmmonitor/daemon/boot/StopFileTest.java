package io.vllmmonitor.daemon.boot;

import static org.assertj.core.api.Assertions.assertThat;

import io.vllmmonitor.api.history.AuditAction;
import io.vllmmonitor.api.history.AuditEntry;
import io.vllmmonitor.api.history.HistoryQuery;
import io.vllmmonitor.api.sample.MetricCatalog;
import io.vllmmonitor.core.audit.AuditLog;
import io.vllmmonitor.core.identity.TimeOrderedIds;
import io.vllmmonitor.core.telemetry.Problems;
import io.vllmmonitor.persistence.memory.StoredMemory;
import io.vllmmonitor.testkit.store.InMemoryRecordStore;
import io.vllmmonitor.testkit.store.InMemorySeriesStore;
import io.vllmmonitor.testkit.time.ManualClock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StopFileTest {
  private final ManualClock clock = ManualClock.at("2026-11-25T12:00:00Z");
  private final StoredMemory memory =
      new StoredMemory(
          new InMemorySeriesStore(clock), new InMemoryRecordStore(), new MetricCatalog());

  @Test
  void itsComingAndGoingAreAuditedOnceEach(@TempDir Path folder) throws Exception {
    Path path = folder.resolve("STOP");
    StopFile stop =
        new StopFile(
            path,
            new AuditLog(
                clock,
                new TimeOrderedIds(clock, new Random(1)),
                memory,
                new Problems(clock, memory)));
    assertThat(stop.getAsBoolean()).isFalse();
    Files.createFile(path);
    assertThat(stop.getAsBoolean()).isTrue();
    stop.look();
    Files.delete(path);
    stop.look();
    assertThat(stop.getAsBoolean()).isFalse();
    assertThat(memory.audit(HistoryQuery.newest(), null, null, null, null).items())
        .extracting(AuditEntry::action)
        .containsExactly(AuditAction.STOP_FILE_GONE, AuditAction.STOP_FILE_SEEN);
  }
}
