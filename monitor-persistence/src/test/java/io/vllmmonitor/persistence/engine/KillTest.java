package io.vllmmonitor.persistence.engine;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.vllmmonitor.api.sample.SeriesData;
import io.vllmmonitor.api.sample.SeriesSelector;
import io.vllmmonitor.api.store.RecordKind;
import io.vllmmonitor.api.store.StorageBackend;
import io.vllmmonitor.persistence.config.PersistenceConfig;
import io.vllmmonitor.persistence.verify.Usage;
import io.vllmmonitor.persistence.verify.Verification;
import io.vllmmonitor.persistence.verify.VerifyReport;
import io.vllmmonitor.persistence.verify.VerifyWatch;
import io.vllmmonitor.testkit.time.ManualClock;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class KillTest {
  private static final int CYCLES = 6;

  private final Random random = new Random(20261125);
  private final Set<Long> samples = new HashSet<>();
  private final Set<Long> records = new HashSet<>();

  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource(
      value = StorageBackend.class,
      names = {"HYBRID", "JSON"})
  void whatWasAcknowledgedSurvivesKillsAtAnyMoment(StorageBackend backend) throws Exception {
    for (int cycle = 0; cycle < CYCLES; cycle++) {
      writeAndKill(backend, 5 + random.nextInt(300));
      checkEverything(backend);
    }
    assertThat(samples).hasSizeGreaterThan(CYCLES);
  }

  private void writeAndKill(StorageBackend backend, int lines) throws Exception {
    try (ChildJvm writer =
        ChildJvm.start(AcknowledgingWriter.class, folder.toString(), backend.name())) {
      for (int i = 0; i < lines; i++) {
        acknowledge(requireNonNull(writer.line(), "the writer ended by itself"));
      }
      writer.kill();
      for (String line = writer.line(); line != null; line = writer.line()) {
        acknowledge(line);
      }
    }
  }

  private void acknowledge(String line) {
    String[] words = line.split(" ");
    if (words.length == 2 && words[1].length() == 13) { // the kill may cut the last line
      (words[0].equals("samples") ? samples : records).add(Long.parseLong(words[1]));
    }
  }

  private void checkEverything(StorageBackend backend) {
    ManualClock clock = new ManualClock(AcknowledgingWriter.START);
    PersistenceConfig config = AcknowledgingWriter.config(folder, backend);
    VerifyReport report =
        new Verification(clock, System::nanoTime)
            .directory(config, Usage.atRest(), VerifyWatch.none());
    assertThat(report.findings())
        .as("what a kill leaves is no damage")
        .filteredOn(finding -> finding.part().equals("samples"))
        .isEmpty();
    try (OpenStores stores = OpenStores.in(config, clock)) {
      StoreEngine engine = stores.engine();
      assertThat(engine.report().problems()).isEmpty();
      List<SeriesData> found =
          engine.series().read(SeriesSelector.all(), Instant.EPOCH, Instant.MAX, 10_000_000);
      assertThat(found).hasSize(AcknowledgingWriter.PAGE.size());
      for (SeriesData series : found) {
        Set<Long> times =
            IntStream.range(0, series.size())
                .mapToObj(series::epochMillis)
                .collect(Collectors.toSet());
        assertThat(times).as("samples of " + series.series()).containsAll(samples);
        assertThat(series.size()).as("batches are whole").isEqualTo(found.get(0).size());
        assertThat(IntStream.range(0, series.size()))
            .allSatisfy(i -> assertThat(series.value(i)).isEqualTo((double) series.epochMillis(i)));
      }
      for (long record : records) {
        String id = Long.toString(record);
        assertThat(engine.records().find(RecordKind.CHECKPOINTS, id)).isPresent();
        assertThat(engine.records().find(RecordKind.INCIDENTS, id)).isPresent();
      }
      assertThat(engine.records().count(RecordKind.CHECKPOINTS))
          .as("a write is whole or absent")
          .isEqualTo(engine.records().count(RecordKind.INCIDENTS));
    }
  }
}
