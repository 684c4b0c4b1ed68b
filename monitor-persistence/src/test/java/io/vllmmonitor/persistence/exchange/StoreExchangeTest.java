package io.vllmmonitor.persistence.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import io.vllmmonitor.api.sample.SampleBatch;
import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.api.store.RecordKind;
import io.vllmmonitor.api.store.StorageBackend;
import io.vllmmonitor.persistence.config.PersistenceConfig;
import io.vllmmonitor.persistence.engine.OpenStores;
import io.vllmmonitor.persistence.memory.StoredMemory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The same on real stores, with somebody who writes meanwhile. */
class StoreExchangeTest {
  private static final List<SeriesKey> PAGE =
      IntStream.range(0, 20).mapToObj(i -> TestStores.key("series_" + i, "0")).sorted().toList();

  @TempDir private Path folder;

  private OpenStores open(StorageBackend backend, String name) throws Exception {
    PersistenceConfig config =
        PersistenceConfig.builder(folder.resolve(name)).backend(backend).reserveSize(0).build();
    return OpenStores.in(config, new TestStores(folder.resolve("clock-of-" + name)).clock);
  }

  private ExchangeStores stores(OpenStores open) {
    return new ExchangeStores(
        open.engine().series(), open.engine().records(), open.engine().blobs());
  }

  private ExportReport export(OpenStores open, Path to) {
    return new Exporter(stores(open), open.directory().path(), "0.1.0")
        .export(ExportOptions.everything(to), new ExchangeProgress());
  }

  private static void write(OpenStores open, int number) {
    double[] values = new double[PAGE.size()];
    Arrays.fill(values, TestStores.ODD[number % TestStores.ODD.length]);
    open.engine()
        .series()
        .append(
            List.of(
                new SampleBatch(
                    TestStores.TARGET,
                    TestStores.NOON.minusSeconds(86_400 - number),
                    PAGE,
                    values)));
    open.engine()
        .records()
        .write(
            StoredMemory.rows(
                entries ->
                    entries.checkpoint(
                        TestStores.checkpoint(
                            String.format("c-%06d", number),
                            TestStores.NOON.minusSeconds(86_400 - number)))));
  }

  @ParameterizedTest
  @EnumSource(names = {"HYBRID", "JSON"})
  void anExportWhileOthersWriteIsOneCutAndComesBackByteForByte(StorageBackend backend)
      throws Exception {
    List<ExportReport> reports = new ArrayList<>();
    try (OpenStores a = open(backend, "a")) {
      for (int i = 0; i < 1_500; i++) {
        write(a, i);
      }
      AtomicBoolean stop = new AtomicBoolean();
      Thread writer =
          new Thread(
              () -> {
                for (int i = 1_500; i < 20_000 && !stop.get(); i++) {
                  write(a, i);
                }
              });
      writer.start();
      for (int i = 0; i < 3; i++) {
        reports.add(export(a, folder.resolve("one-" + i)));
      }
      stop.set(true);
      writer.join();
    }
    for (int i = 0; i < 3; i++) {
      ExportReport report = reports.get(i);
      // Each checkpoint was written after its samples, so those must be there.
      assertThat(report.samples())
          .isGreaterThanOrEqualTo(PAGE.size() * report.records().getOrDefault("checkpoints", 0L))
          .isGreaterThanOrEqualTo(1_500L * PAGE.size());
      assertThat(report.samples() % PAGE.size()).isZero();
      try (OpenStores b = open(backend, "b-" + i)) {
        write(b, 50_000); // which is replaced
        new Importer(stores(b), b.directory().path(), new TestStores(folder.resolve("z")).clock)
            .run(
                new ImportOptions(
                    folder.resolve("one-" + i), ImportMode.REPLACE, false, CodeTrust.REFUSE),
                new ExchangeProgress());
        assertThat(b.engine().records().count(RecordKind.CHECKPOINTS))
            .isEqualTo(report.records().getOrDefault("checkpoints", 0L));
        export(b, folder.resolve("two-" + i));
      }
      assertThat(TestStores.bytes(folder.resolve("two-" + i)))
          .isEqualTo(TestStores.bytes(folder.resolve("one-" + i)));
    }
  }
}
