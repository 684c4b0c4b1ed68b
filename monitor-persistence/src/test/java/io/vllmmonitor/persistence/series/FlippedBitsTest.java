package io.vllmmonitor.persistence.series;

import static org.assertj.core.api.Assertions.assertThat;

import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.history.Problem;
import io.vllmmonitor.api.sample.SampleBatch;
import io.vllmmonitor.api.sample.SeriesData;
import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.api.sample.SeriesSelector;
import io.vllmmonitor.api.target.TargetId;
import io.vllmmonitor.persistence.engine.OpenStores;
import io.vllmmonitor.testkit.time.ManualClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A flipped bit in a day file is either harmless or noticed, never a wrong answer; what is left is
 * served.
 */
class FlippedBitsTest {
  private static final int PAGE = 4096;
  private static final int FLIPS = 1_000;

  private final ManualClock clock = ManualClock.at("2026-11-25T12:00:00Z");
  private final Random random = new Random(5);

  @TempDir Path folder;
  private List<String> written = List.of();
  private byte[] file = {};
  private byte[] mark = {};

  @BeforeEach
  void writeADay() throws IOException {
    List<SeriesKey> page = IntStream.range(0, 60).mapToObj(i -> SeriesKey.of("m" + i)).toList();
    try (OpenStores stores = OpenStores.in(folder, clock)) {
      List<SampleBatch> batches = new ArrayList<>();
      for (int i = 0; i < 300; i++) {
        batches.add(
            new SampleBatch(
                new TargetId("gpu1:8000"),
                clock.instant().minusSeconds(1000 - i),
                page,
                random.doubles(page.size()).toArray()));
      }
      stores.engine().series().append(batches.subList(0, 200));
      stores.engine().series().flush();
      stores.engine().series().append(batches.subList(200, 300));
      written = readAll(stores);
    }
    file = Files.readAllBytes(day("db"));
    mark = Files.readAllBytes(day("mark"));
  }

  private Path day(String ending) {
    return folder.resolve("metrics/2026-11-25." + ending);
  }

  private static List<String> readAll(OpenStores stores) {
    List<String> found = new ArrayList<>();
    for (SeriesData series :
        stores.engine().series().read(SeriesSelector.all(), Instant.EPOCH, Instant.MAX, 100_000)) {
      for (int i = 0; i < series.size(); i++) {
        found.add(series.series() + " " + series.epochMillis(i) + " " + series.value(i));
      }
    }
    return found;
  }

  @Test
  void noFlippedBitGoesUnnoticedIntoAnAnswer() throws IOException {
    int noticed = 0;
    for (int i = 0; i < FLIPS; i++) {
      // Every other flip hits the head of a page, where the structure of the file lies.
      int start = random.nextInt(file.length / PAGE) * PAGE;
      int position = start + random.nextInt(i % 2 == 0 ? PAGE : 60);
      noticed += isNoticed(position, 1 << random.nextInt(8)) ? 1 : 0;
    }
    assertThat(noticed).as("flips that were noticed").isBetween(FLIPS / 10, FLIPS);
  }

  private boolean isNoticed(int position, int bit) throws IOException {
    byte[] flipped = file.clone();
    flipped[position] ^= (byte) bit;
    empty(folder.resolve("metrics"));
    Files.write(day("db"), flipped);
    Files.write(day("mark"), mark);
    try (OpenStores stores = OpenStores.in(folder, clock)) {
      if (!stores.engine().report().problems().isEmpty()) {
        return true;
      }
      List<Problem> damage = new ArrayList<>();
      stores.engine().onDamage(damage::add);
      List<String> found = readAll(stores);
      assertThat(new HashSet<>(written).containsAll(found))
          .as("nothing is invented although bit %d of byte %d is flipped", bit, position)
          .isTrue();
      assertThat(!damage.isEmpty() || found.size() == written.size())
          .as("nothing is missing in silence although bit %d of byte %d is flipped", bit, position)
          .isTrue();
      return !damage.isEmpty();
    } catch (MonitorException e) {
      assertThat(e.code())
          .isIn(
              ErrorCode.STORE_DAMAGED,
              ErrorCode.STORE_FOREIGN,
              ErrorCode.STORE_NEWER,
              ErrorCode.STORE_IO,
              ErrorCode.INTERNAL);
      return true;
    }
  }

  private static void empty(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      for (Path path : files.toList()) {
        Files.delete(path);
      }
    }
  }
}
