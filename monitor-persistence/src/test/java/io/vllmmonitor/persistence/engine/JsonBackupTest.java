package io.vllmmonitor.persistence.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.vllmmonitor.api.sample.MetricCatalog;
import io.vllmmonitor.api.sample.SampleBatch;
import io.vllmmonitor.api.sample.SeriesData;
import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.api.sample.SeriesSelector;
import io.vllmmonitor.api.store.RecordKind;
import io.vllmmonitor.api.store.StorageBackend;
import io.vllmmonitor.api.store.StoredRecord;
import io.vllmmonitor.api.target.TargetId;
import io.vllmmonitor.persistence.backup.Backups;
import io.vllmmonitor.persistence.backup.Restoring;
import io.vllmmonitor.persistence.config.PersistenceConfig;
import io.vllmmonitor.testkit.time.ManualClock;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JsonBackupTest {
  private static final Instant NOON = Instant.parse("2026-11-25T12:00:00Z");
  private static final List<SeriesKey> PAGE = List.of(SeriesKey.of("a"), SeriesKey.of("b"));

  private final ManualClock clock = new ManualClock(NOON);

  @TempDir Path folder;

  private PersistenceConfig config(Path directory) {
    return PersistenceConfig.builder(directory)
        .backend(StorageBackend.JSON)
        .batchSize(3)
        .reserveSize(0)
        .build();
  }

  private static void write(StoreEngine engine, int number) {
    Instant at = NOON.minusSeconds(100_000).plusMillis(number);
    engine
        .series()
        .append(
            List.of(new SampleBatch(new TargetId("x:1"), at, PAGE, new double[] {number, 0.1})));
    engine
        .records()
        .write(List.of(new StoredRecord(RecordKind.AUDIT, "r" + number, at, null, Map.of(), "{}")));
  }

  @Test
  void aBackupMadeWhileEverythingIsWrittenAndRewrittenHasAllThatWasThereBefore() throws Exception {
    Path data = folder.resolve("data");
    try (DataDirectory directory = DataDirectory.open(data, clock);
        StoreEngine engine =
            StoreEngine.open(
                directory, config(data), new MetricCatalog(), clock, System::nanoTime)) {
      AtomicBoolean end = new AtomicBoolean();
      AtomicInteger written = new AtomicInteger();
      CompletableFuture<Void> writer =
          CompletableFuture.runAsync(
              () -> {
                for (int i = 0; !end.get(); i++) {
                  write(engine, i);
                  written.set(i + 1);
                }
              });
      CompletableFuture<Void> rewriter =
          CompletableFuture.runAsync(
              () -> {
                while (!end.get()) {
                  engine.maintain();
                  engine.series().flush();
                }
              });
      Backups backups = engine.backups(clock, System::nanoTime);
      for (int i = 0; i < 8; i++) {
        int before = written.get();
        Path backup = backups.make().path();
        check(backup, folder.resolve("restored" + i), before);
        clock.advance(Duration.ofSeconds(1));
      }
      end.set(true);
      writer.join();
      rewriter.join();
      assertThat(written.get()).isPositive();
    }
  }

  private void check(Path backup, Path restored, int least) {
    var unused = new Restoring(System::nanoTime).restore(backup, restored);
    try (DataDirectory directory = DataDirectory.open(restored, clock);
        StoreEngine engine =
            StoreEngine.open(
                directory, config(restored), new MetricCatalog(), clock, System::nanoTime)) {
      assertThat(engine.report().problems()).isEmpty();
      List<SeriesData> found =
          engine.series().read(SeriesSelector.all(), Instant.EPOCH, Instant.MAX, 1_000_000);
      int size = found.isEmpty() ? 0 : found.get(0).size();
      assertThat(size).isGreaterThanOrEqualTo(least);
      for (int i = 0; i < size; i++) {
        assertThat(found.get(0).value(i)).isEqualTo(i);
      }
      assertThat(engine.records().count(RecordKind.AUDIT)).isGreaterThanOrEqualTo(least);
    }
  }
}
