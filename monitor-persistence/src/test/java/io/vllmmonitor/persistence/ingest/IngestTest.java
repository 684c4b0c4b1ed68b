package io.vllmmonitor.persistence.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.sample.Labels;
import io.vllmmonitor.api.sample.Sample;
import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.api.sample.SeriesSelector;
import io.vllmmonitor.api.store.AppendResult;
import io.vllmmonitor.api.store.RejectReason;
import io.vllmmonitor.persistence.engine.OpenStores;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pushed bodies on their way to a real store. */
class IngestTest {
  private static final Instant NOW = Instant.parse("2026-11-25T12:00:00Z");
  private static final long MILLIS = NOW.toEpochMilli();

  @TempDir Path folder;

  private final Counts counts = new Counts();

  @Test
  void whatWasAcknowledgedIsThereAfterReopening() throws IOException {
    PushedPage page = new PushedPage(200, "gpu1:8000", 5);
    double[] last = {};
    try (OpenStores stores = OpenStores.in(folder, () -> NOW)) {
      Ingest ingest = new Ingest(stores.engine().series(), () -> NOW, counts);
      for (int i = 20; i > 0; i--) {
        assertThat(push(ingest, page.next(MILLIS - 1_000L * i)))
            .isEqualTo(AppendResult.allStored(200));
        last = page.values();
      }
    }
    try (OpenStores stores = OpenStores.in(folder, () -> NOW)) {
      assertThat(stores.engine().series().statistics().samples()).isEqualTo(4_000);
      List<Sample> newest = stores.engine().series().latest(SeriesSelector.all());
      assertThat(newest).hasSize(200);
      assertThat(newest.stream().mapToDouble(Sample::value).sorted().toArray())
          .isEqualTo(Arrays.stream(last).sorted().toArray());
    }
    assertBalanced();
  }

  @Test
  void oddLabelValuesComeBackAsTheyWere() throws IOException {
    String odd = "a\u0000b \u00e9\ud83d\ude00";
    try (OpenStores stores = OpenStores.in(folder, () -> NOW)) {
      push(
          new Ingest(stores.engine().series(), () -> NOW, counts),
          ("m{x=\"" + odd + "\\n\\\\\\\"\"} -0\n").getBytes(UTF_8));
    }
    try (OpenStores stores = OpenStores.in(folder, () -> NOW)) {
      Sample sample = stores.engine().series().latest(SeriesSelector.all()).get(0);
      assertThat(sample.series())
          .isEqualTo(
              new SeriesKey(
                  "m",
                  Labels.of(Map.of("x", odd + "\n\\\"", "job", "vllm", "instance", "pushed"))));
      assertThat(Double.doubleToRawLongBits(sample.value())).isEqualTo(1L << 63);
    }
  }

  @Test
  void everySampleIsCountedByWhatBecameOfIt() throws IOException {
    try (OpenStores stores = OpenStores.in(folder, () -> NOW)) {
      Ingest ingest = new Ingest(stores.engine().series(), () -> NOW, counts);
      push(ingest, ("a 1 " + MILLIS + "\n").getBytes(UTF_8));
      AppendResult result =
          push(
              ingest,
              "a 2 %d\na 3 %d\na 4 %d\nb 5 %d\n"
                  .formatted(MILLIS, MILLIS + 3_600_000, MILLIS - 3_600_000, MILLIS)
                  .getBytes(UTF_8));
      assertThat(result.stored()).isEqualTo(1);
      assertThat(result.rejected())
          .isEqualTo(
              Map.of(
                  RejectReason.DUPLICATE_TIMESTAMP, 1L,
                  RejectReason.TOO_FAR_AHEAD, 1L,
                  RejectReason.OUT_OF_ORDER, 1L));
      assertRefused(ingest, "a 1\n# x\n\n  b y\nc 1\n", ErrorCode.INGEST_MALFORMED_LINE);
      assertThat(counts.rejected).containsEntry("INGEST_MALFORMED_LINE", 3L);
      assertThat(stores.engine().series().statistics().samples()).isEqualTo(2);
      stores.engine().close();
      assertRefused(ingest, "c 1\n", ErrorCode.STORE_CLOSED);
      assertThat(counts.rejected).containsEntry("STORE_CLOSED", 1L);
    }
    assertBalanced();
  }

  @Test
  void writersOfManyTargetsAtOnceGetTheirOwnResults() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(6);
    try (OpenStores stores = OpenStores.in(folder, () -> NOW)) {
      Ingest ingest = new Ingest(stores.engine().series(), () -> NOW, counts);
      List<Future<Long>> writers = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        PushedPage page = new PushedPage(50, "gpu" + i + ":8000", i);
        writers.add(
            threads.submit(
                () -> {
                  long stored = 0;
                  for (int at = 40; at > 0; at--) {
                    stored += push(ingest, page.next(MILLIS - 1_000L * at)).stored();
                  }
                  return stored;
                }));
      }
      for (Future<Long> writer : writers) {
        assertThat(writer.get()).isEqualTo(2_000);
      }
      assertThat(stores.engine().series().statistics().samples()).isEqualTo(12_000);
    } finally {
      threads.shutdownNow();
    }
    assertBalanced();
  }

  private void assertBalanced() {
    long rejected = counts.rejected.values().stream().mapToLong(Long::longValue).sum();
    assertThat(counts.received).isEqualTo(counts.stored + rejected).isPositive();
  }

  private static AppendResult push(Ingest ingest, byte[] body) throws IOException {
    return ingest.exposition(
        new ByteArrayInputStream(body), BodyEncoding.IDENTITY, PushDefaults.STANDARD);
  }

  private static void assertRefused(Ingest ingest, String body, ErrorCode code) {
    assertThatThrownBy(() -> push(ingest, body.getBytes(UTF_8)))
        .isInstanceOfSatisfying(MonitorException.class, e -> assertThat(e.code()).isEqualTo(code));
  }

  private static final class Counts implements IngestMeter {
    private long received;
    private long stored;
    private final Map<String, Long> rejected = new TreeMap<>();

    @Override
    public synchronized void received(long samples) {
      received += samples;
    }

    @Override
    public synchronized void stored(long samples) {
      stored += samples;
    }

    @Override
    public synchronized void rejected(String reason, long samples) {
      rejected.merge(reason, samples, Long::sum);
    }

    @Override
    public void ignored(String kind, long entries) {}
  }
}
