package io.vllmmonitor.persistence.engine;

import io.vllmmonitor.api.sample.Sample;
import io.vllmmonitor.api.sample.SampleBatch;
import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.api.sample.SeriesSelector;
import io.vllmmonitor.api.store.AppendResult;
import io.vllmmonitor.api.store.RecordKind;
import io.vllmmonitor.api.store.StorageBackend;
import io.vllmmonitor.api.store.StoredRecord;
import io.vllmmonitor.api.target.TargetId;
import io.vllmmonitor.persistence.config.PersistenceConfig;
import io.vllmmonitor.testkit.time.ManualClock;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * The process that the kill test kills: writes on and on, and prints what was acknowledged. It goes
 * on where the life before it ended, and crosses midnight on its way.
 */
final class AcknowledgingWriter {
  static final Instant START = Instant.parse("2026-11-25T23:59:00Z");
  static final Duration STEP = Duration.ofMillis(200);
  static final List<SeriesKey> PAGE =
      IntStream.range(0, 50).mapToObj(i -> SeriesKey.of("series_" + i)).toList();

  private static final int WRITES_BETWEEN_MAINTENANCE = 5;

  /** So long that a journal of JSON lines is compacted after some dozens of writes. */
  private static final String DETAIL = "{\"text\":\"" + "x".repeat(12_000) + "\"}";

  private AcknowledgingWriter() {}

  public static void main(String[] arguments) {
    ManualClock clock = new ManualClock(START);
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    StorageBackend backend = StorageBackend.valueOf(arguments[1]);
    try (OpenStores stores = OpenStores.in(config(Path.of(arguments[0]), backend), clock)) {
      for (Sample sample : stores.engine().series().latest(SeriesSelector.all())) {
        clock.set(sample.at());
      }
      for (int i = 1; ; i++) {
        write(stores.engine(), clock.advance(STEP), out);
        if (i % WRITES_BETWEEN_MAINTENANCE == 0) {
          stores.engine().maintain();
        }
      }
    }
  }

  /** Such that files are sealed, merged and compacted again and again. */
  static PersistenceConfig config(Path directory, StorageBackend backend) {
    return PersistenceConfig.builder(directory)
        .backend(backend)
        .batchSize(4)
        .reserveSize(0)
        .build();
  }

  private static void write(StoreEngine engine, Instant at, PrintStream out) {
    long millis = at.toEpochMilli();
    double[] values = new double[PAGE.size()];
    Arrays.fill(values, (double) millis);
    SampleBatch batch = new SampleBatch(new TargetId("gpu1:8000"), at, PAGE, values);
    AppendResult result = engine.series().append(List.of(batch));
    if (!result.equals(AppendResult.allStored(PAGE.size()))) {
      throw new IllegalStateException("Not all stored: " + result);
    }
    out.println("samples " + millis);
    String id = Long.toString(millis);
    engine
        .records()
        .write(
            List.of(
                new StoredRecord(RecordKind.CHECKPOINTS, id, at, null, Map.of(), DETAIL),
                new StoredRecord(RecordKind.INCIDENTS, id, at, null, Map.of(), DETAIL)));
    out.println("records " + millis);
  }
}
