package io.vllmmonitor.persistence.series;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.history.Problem;
import io.vllmmonitor.api.sample.SampleBatch;
import io.vllmmonitor.api.sample.SeriesData;
import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.api.sample.SeriesSelector;
import io.vllmmonitor.api.store.AppendMode;
import io.vllmmonitor.api.store.AppendResult;
import io.vllmmonitor.api.store.RejectReason;
import io.vllmmonitor.api.store.SeriesPart;
import io.vllmmonitor.api.store.SeriesStore;
import io.vllmmonitor.api.target.TargetId;
import io.vllmmonitor.persistence.config.PersistenceConfig.Synchronous;
import io.vllmmonitor.testkit.time.ManualClock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the files of the days hold, and what becomes of them when something breaks. */
class JsonDaysTest {
  private static final Instant NOON = Instant.parse("2026-11-25T12:00:00Z");
  private static final TargetId TARGET = new TargetId("gpu1:8000");
  private static final SeriesKey UP = SeriesKey.of("up");
  private static final SeriesKey RUNNING = SeriesKey.of("running");
  private static final int BATCH = 5;

  private final ManualClock clock = new ManualClock(NOON);
  private final List<Problem> problems = new ArrayList<>();

  @TempDir Path folder;

  private static SeriesOptions options(int maxSeries) {
    return new SeriesOptions(Duration.ofMinutes(10), maxSeries, BATCH, Synchronous.FULL);
  }

  private JsonSeriesStore open(boolean compress) {
    problems.clear();
    JsonSeriesStore store =
        JsonSeriesStore.open(folder, options(1_000), compress, clock, clock.nanoTicker(), problems);
    store.onDamage(problems::add);
    return store;
  }

  private static SampleBatch batch(Instant at, double value) {
    return new SampleBatch(TARGET, at, List.of(UP, RUNNING), new double[] {value, value + 0.5});
  }

  private static void put(SeriesStore store, Instant from, int count) {
    for (int i = 0; i < count; i++) {
      AppendResult result = store.append(List.of(batch(from.plusSeconds(i), i)));
      assertThat(result).isEqualTo(AppendResult.allStored(2));
    }
  }

  private static List<String> read(SeriesStore store) {
    List<String> found = new ArrayList<>();
    for (SeriesData series :
        store.read(SeriesSelector.all(), Instant.EPOCH, Instant.MAX, 1_000_000)) {
      for (int i = 0; i < series.size(); i++) {
        found.add(series.series() + " " + series.epochMillis(i) + " " + series.value(i));
      }
    }
    return found;
  }

  private Path tail() {
    return folder.resolve("2026-11-25.jsonl");
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  private Map<Path, byte[]> files() throws IOException {
    Map<Path, byte[]> found = new HashMap<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        found.put(file, Files.readAllBytes(file));
      }
    }
    return found;
  }

  private void restore(Map<Path, byte[]> files) throws IOException {
    for (Path file : files().keySet()) {
      Files.delete(file);
    }
    for (Map.Entry<Path, byte[]> file : files.entrySet()) {
      Files.write(file.getKey(), file.getValue());
    }
  }

  private static void assertCode(ErrorCode code, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(MonitorException.class, e -> assertThat(e.code()).isEqualTo(code));
  }

  private String onlyProblem() {
    assertThat(problems).hasSize(1);
    assertThat(problems.get(0).code()).isEqualTo(ErrorCode.STORE_DAMAGED);
    assertThat(problems.get(0).subject()).startsWith("metrics/2026-11-25.");
    return problems.get(0).message();
  }

  @Test
  void aBatchIsALineAndASealedSeriesIsALineThatTextToolsFind() throws IOException {
    try (JsonSeriesStore store = open(false)) {
      put(store, NOON, 2);
      assertThat(Files.readString(tail()).lines().toList().get(1))
          .matches("\\{\"crc\":\"[0-9a-f]{8}\",\"number\":2,.*")
          .endsWith(
              ",\"target\":\"gpu1:8000\",\"at\":1795608001000,\"samples\":["
                  + "{\"name\":\"up\",\"labels\":{},\"value\":1},"
                  + "{\"name\":\"running\",\"labels\":{},\"value\":1.5}]}");
      store.flush();
      assertThat(tail()).isEmptyFile();
      assertThat(Files.readAllLines(folder.resolve("2026-11-25.1-2.jsonl")))
          .hasSize(5)
          .last()
          .asString()
          .endsWith(
              "\"name\":\"up\",\"labels\":{},"
                  + "\"at\":[1795608000000,1795608001000],\"values\":[0,1]}");
    }
  }

  @Test
  void maintenanceSealsAFullBatchAndLeavesAHalfOne() throws IOException {
    try (JsonSeriesStore store = open(true)) {
      put(store, NOON, BATCH - 1);
      store.maintain();
      assertThat(names()).containsExactly("2026-11-25.jsonl", "2026-11-25.jsonl.mark");
      put(store, NOON.plusSeconds(BATCH), 1);
      List<String> before = read(store);
      store.maintain();
      assertThat(names())
          .containsExactly("2026-11-25.1-5.jsonl.zst", "2026-11-25.jsonl", "2026-11-25.jsonl.mark");
      assertThat(read(store)).isEqualTo(before).hasSize(2 * BATCH);
    }
  }

  @Test
  void withoutMaintenanceTheGrowingFileIsSealedAtLast() throws IOException {
    try (JsonSeriesStore store = open(true)) {
      put(store, NOON, 4 * BATCH + 1);
      assertThat(names()).contains("2026-11-25.1-20.jsonl.zst");
      assertThat(read(store)).hasSize(2 * (4 * BATCH + 1));
    }
  }

  @Test
  void aPastDayBecomesOneFile() throws IOException {
    try (JsonSeriesStore store = open(true)) {
      for (int i = 0; i < 3; i++) {
        put(store, NOON.plusSeconds(10L * i), BATCH + i);
        store.maintain();
      }
      List<String> before = read(store);
      clock.advance(Duration.ofDays(1));
      store.maintain();
      assertThat(names())
          .containsExactly(
              "2026-11-25.1-18.jsonl.zst", "2026-11-25.jsonl", "2026-11-25.jsonl.mark");
      assertThat(read(store)).isEqualTo(before);
      assertThat(store.statistics().samples()).isEqualTo(before.size());
    }
  }

  @Test
  void aTornLastLineWasNeverAcknowledgedAndIsCut() throws IOException {
    List<String> before;
    try (JsonSeriesStore store = open(true)) {
      put(store, NOON, 2);
      before = read(store);
    }
    byte[] whole = Files.readAllBytes(tail());
    Files.writeString(tail(), new String(whole, UTF_8) + new String(whole, 0, 90, UTF_8));
    try (JsonSeriesStore store = open(true)) {
      assertThat(read(store)).isEqualTo(before);
      put(store, NOON.plusSeconds(2), 1);
    }
    try (JsonSeriesStore store = open(true)) {
      assertThat(read(store)).hasSize(6);
      assertThat(problems).isEmpty();
    }
  }

  @Test
  void anAcknowledgedLineThatIsCutOffIsToldOnce() throws IOException {
    try (JsonSeriesStore store = open(true)) {
      put(store, NOON, 3);
    }
    byte[] whole = Files.readAllBytes(tail());
    Files.write(tail(), Arrays.copyOf(whole, whole.length - 1));
    try (JsonSeriesStore store = open(true)) {
      assertThat(read(store)).hasSize(4);
      assertThat(onlyProblem()).contains("ends at number 2, but up to 3 was acknowledged");
    }
    try (JsonSeriesStore store = open(true)) {
      assertThat(read(store)).hasSize(4);
      assertThat(problems).isEmpty();
    }
  }

  @Test
  void aDamagedLineIsToldKeptAsideAndTheRestIsSealed() throws IOException {
    try (JsonSeriesStore store = open(true)) {
      put(store, NOON, 3);
    }
    byte[] damaged = Files.readAllBytes(tail());
    damaged[damaged.length / 2] ^= (byte) 2;
    Files.write(tail(), damaged);
    try (JsonSeriesStore store = open(true)) {
      assertThat(read(store)).hasSize(4);
      assertThat(onlyProblem()).contains("line 2 does not match its checksum");
      assertThat(folder.resolve("2026-11-25.jsonl.damaged-" + NOON.toEpochMilli()))
          .hasBinaryContent(damaged);
      put(store, NOON.plusSeconds(3), 1);
    }
    try (JsonSeriesStore store = open(true)) {
      assertThat(read(store)).hasSize(6);
      assertThat(problems).isEmpty();
    }
  }

  @Test
  void aKillBetweenSealingAndEmptyingLosesAndDoublesNothing() throws IOException {
    List<String> before;
    byte[] lines;
    try (JsonSeriesStore store = open(true)) {
      put(store, NOON, 3);
      before = read(store);
      lines = Files.readAllBytes(tail());
      store.flush();
    }
    Files.write(tail(), lines);
    try (JsonSeriesStore store = open(true)) {
      assertThat(read(store)).isEqualTo(before);
      assertThat(store.statistics().samples()).isEqualTo(6);
      put(store, NOON.plusSeconds(3), 1);
      store.flush();
      assertThat(names()).contains("2026-11-25.1-4.jsonl.zst");
    }
    try (JsonSeriesStore store = open(true)) {
      assertThat(read(store)).hasSize(8);
      assertThat(problems).isEmpty();
    }
  }

  @Test
  void aKillAfterAMergeLeavesFilesThatAreTakenAway() throws IOException {
    Map<Path, byte[]> before;
    List<String> samples;
    try (JsonSeriesStore store = open(true)) {
      put(store, NOON, BATCH);
      store.maintain();
      put(store, NOON.plusSeconds(BATCH), BATCH);
      store.maintain();
      before = files();
      samples = read(store);
      store.flush();
    }
    Map<Path, byte[]> both = new HashMap<>(before);
    both.putAll(files());
    both.put(folder.resolve("2026-11-25.1-99.jsonl.zst.new"), new byte[] {1});
    restore(both);
    assertThat(names()).hasSize(6);
    try (JsonSeriesStore store = open(true)) {
      assertThat(names())
          .containsExactly(
              "2026-11-25.1-10.jsonl.zst", "2026-11-25.jsonl", "2026-11-25.jsonl.mark");
      assertThat(read(store)).isEqualTo(samples);
      assertThat(store.statistics().samples()).isEqualTo(samples.size());
      assertThat(problems).isEmpty();
    }
  }

  @Test
  void aMissingFileIsTold() throws IOException {
    try (JsonSeriesStore store = open(true)) {
      put(store, NOON, BATCH);
      store.maintain();
      put(store, NOON.plusSeconds(BATCH), BATCH);
      store.maintain();
    }
    Files.delete(folder.resolve("2026-11-25.1-5.jsonl.zst"));
    try (JsonSeriesStore store = open(true)) {
      assertThat(read(store)).hasSize(2 * BATCH);
      assertThat(onlyProblem()).contains("the file of lines 1 to 5 is missing");
    }
    Files.delete(folder.resolve("2026-11-25.6-10.jsonl.zst"));
    Files.delete(tail());
    try (JsonSeriesStore store = open(true)) {
      assertThat(read(store)).isEmpty();
      assertThat(onlyProblem()).contains("all files of the day are missing");
    }
  }

  @Test
  void damageOfAnOlderDayIsToldOnceWhenItIsRead() throws IOException {
    try (JsonSeriesStore store = open(false)) {
      put(store, NOON, 2);
      put(store, clock.advance(Duration.ofDays(1)), 2);
      put(store, clock.advance(Duration.ofDays(1)), 2);
      store.flush();
    }
    Path sealed = folder.resolve("2026-11-25.1-2.jsonl");
    byte[] bytes = Files.readAllBytes(sealed);
    bytes[bytes.length - 10] ^= (byte) 1;
    Files.write(sealed, bytes);
    try (JsonSeriesStore store = open(false)) {
      assertThat(problems).as("older days are not read at opening").isEmpty();
      assertThat(read(store)).hasSize(10);
      assertThat(read(store)).hasSize(10);
      assertThat(onlyProblem()).contains("2026-11-25.1-2.jsonl: line 5 does not match");
      put(store, clock.instant().plusSeconds(10), 1);
      store.flush();
      assertThat(sealed).as("it is not merged away").hasBinaryContent(bytes);
    }
  }

  @Test
  void turningCompressionOffLeavesOldFilesReadable() throws IOException {
    List<String> before;
    try (JsonSeriesStore store = open(true)) {
      put(store, NOON, BATCH);
      store.maintain();
      before = read(store);
    }
    try (JsonSeriesStore store = open(false)) {
      assertThat(read(store)).isEqualTo(before);
      put(store, NOON.plusSeconds(BATCH), BATCH);
      store.maintain();
      assertThat(names()).contains("2026-11-25.1-5.jsonl.zst", "2026-11-25.6-10.jsonl");
    }
    try (JsonSeriesStore store = open(true)) {
      assertThat(read(store)).hasSize(4 * BATCH);
      assertThat(store.latest(SeriesSelector.all())).hasSize(2);
      store.flush();
      assertThat(names()).contains("2026-11-25.1-10.jsonl.zst").hasSize(3);
      assertThat(read(store)).hasSize(4 * BATCH);
      assertThat(problems).isEmpty();
    }
  }

  @Test
  void removingADayTakesItsFilesAway() throws IOException {
    try (JsonSeriesStore store = open(true)) {
      put(store, NOON, BATCH);
      store.maintain();
      put(store, NOON.plusSeconds(BATCH), 1);
      put(store, clock.advance(Duration.ofDays(1)), 1);
      List<SeriesPart> parts = store.parts();
      assertThat(parts).extracting(SeriesPart::name).containsExactly("2026-11-25", "2026-11-26");
      assertThat(parts).extracting(SeriesPart::samples).containsExactly(2L * (BATCH + 1), 2L);
      assertThat(parts.stream().mapToLong(SeriesPart::bytes).sum())
          .isEqualTo(store.bytes())
          .isEqualTo(store.statistics().bytes());

      store.remove(Set.of("2026-11-25", "2026-11-24", "no day"));
      assertThat(names()).containsExactly("2026-11-26.jsonl", "2026-11-26.jsonl.mark");
      assertThat(read(store)).hasSize(2);
      assertThat(store.parts()).extracting(SeriesPart::name).containsExactly("2026-11-26");

      AppendResult again = store.append(List.of(batch(NOON, 7)), AppendMode.IMPORTED);
      assertThat(again).isEqualTo(AppendResult.allStored(2));
      assertThat(read(store)).hasSize(4);
    }
    try (JsonSeriesStore store = open(true)) {
      assertThat(read(store)).hasSize(4);
      assertThat(problems).isEmpty();
    }
  }

  @Test
  void aFullDiskKeepsNothingOfTheAppendAndTheNextOneGoesOn() throws IOException {
    try (JsonSeriesStore store = open(true)) {
      put(store, NOON, 1);
      store.flush(); // leaves an empty file that the next append opens
      Files.delete(tail());
      Files.createSymbolicLink(tail(), Path.of("/dev/full"));
      assertCode(ErrorCode.STORE_FULL, () -> store.append(List.of(batch(NOON.plusSeconds(1), 1))));
      assertThat(store.latest(SeriesSelector.all()).get(0).at()).isEqualTo(NOON);
      assertThat(read(store)).hasSize(2);

      Files.delete(tail());
      put(store, NOON.plusSeconds(1), 2);
      assertThat(read(store)).hasSize(6);
    }
    try (JsonSeriesStore store = open(true)) {
      assertThat(read(store)).hasSize(6);
      assertThat(problems).isEmpty();
    }
  }

  @Test
  void anAppendThatCannotBeWrittenIsNotSeenAndCanBeRepeated() throws IOException {
    try (JsonSeriesStore store = open(true)) {
      Path obstacle = Files.createDirectory(tail());
      assertCode(ErrorCode.STORE_IO, () -> store.append(List.of(batch(NOON, 1))));
      assertThat(store.statistics().samples()).isZero();
      assertThat(store.parts()).isEmpty();
      Files.delete(obstacle);
      put(store, NOON, 1);
      assertThat(read(store)).hasSize(2);
    }
  }

  @Test
  void seriesBeyondTheLimitAreRejected() {
    try (JsonSeriesStore store =
        JsonSeriesStore.open(folder, options(1), true, clock, clock.nanoTicker(), problems)) {
      assertThat(store.append(List.of(batch(NOON, 1))))
          .isEqualTo(new AppendResult(1, Map.of(RejectReason.TOO_MANY_SERIES, 1L)));
    }
  }

  @Test
  void aReadThatTakesTooLongIsRefused() {
    try (JsonSeriesStore store = open(true)) {
      put(store, NOON, 1);
      store.flush();
    }
    long[] nanos = {0};
    try (JsonSeriesStore slow =
        JsonSeriesStore.open(
            folder,
            options(1_000),
            true,
            clock,
            () -> nanos[0] += Duration.ofSeconds(31).toNanos(),
            problems)) {
      assertCode(ErrorCode.QUERY_TIMEOUT, () -> read(slow));
    }
  }

  @Test
  void olderDaysThatWereNotSealedBeforeAKillAreSealedAfterIt() throws IOException {
    try (JsonSeriesStore store = open(true)) {
      for (int day = 5; day > 0; day--) {
        AppendResult result =
            store.append(
                List.of(batch(NOON.minus(Duration.ofDays(day)), day)), AppendMode.IMPORTED);
        assertThat(result).isEqualTo(AppendResult.allStored(2));
      }
      assertThat(names().stream().filter(name -> name.endsWith(".zst"))).isEmpty();
    }
    try (JsonSeriesStore store = open(true)) {
      store.maintain();
      assertThat(names().stream().filter(name -> name.endsWith(".zst"))).hasSize(5);
      assertThat(read(store)).hasSize(10);
    }
  }

  @Test
  void aDayThatIsRemovedAndComesAgainHasItsNewSamplesOnly() {
    try (JsonSeriesStore store = open(true)) {
      put(store, NOON, 2);
      store.flush();
      assertThat(read(store)).hasSize(4);
      store.remove(Set.of("2026-11-25"));
      put(store, NOON.plusSeconds(7), 2);
      store.flush();
      assertThat(read(store)).hasSize(4).anyMatch(sample -> sample.contains(" 1795608008000 1.0"));
    }
  }

  @Test
  void manyDaysAtOnceKeepFewFilesOpen() throws IOException {
    try (JsonSeriesStore store = open(true)) {
      for (int day = 20; day > 0; day--) {
        AppendResult result =
            store.append(
                List.of(batch(NOON.minus(Duration.ofDays(day)), day)), AppendMode.IMPORTED);
        assertThat(result).isEqualTo(AppendResult.allStored(2));
      }
      assertThat(names().stream().filter(name -> name.endsWith(".1-1.jsonl.zst"))).hasSize(12);
      assertThat(read(store)).hasSize(40);
    }
    try (JsonSeriesStore store = open(true)) {
      assertThat(read(store)).hasSize(40);
      assertThat(problems).isEmpty();
    }
  }

  @Test
  void noFlippedBitGoesUnnoticedIntoAnAnswer() throws IOException {
    List<SeriesKey> page = IntStream.range(0, 10).mapToObj(i -> SeriesKey.of("m" + i)).toList();
    Random random = new Random(5);
    List<String> written;
    try (JsonSeriesStore store = open(true)) {
      for (int i = 0; i < 19; i++) {
        double[] values = random.doubles(page.size()).toArray();
        AppendResult result =
            store.append(List.of(new SampleBatch(TARGET, NOON.plusSeconds(i), page, values)));
        assertThat(result.stored()).isEqualTo(page.size());
      }
      store.maintain();
    }
    try (JsonSeriesStore store = open(false)) {
      put(store, NOON.plusSeconds(50), BATCH);
      store.maintain();
      put(store, NOON.plusSeconds(60), BATCH - 1);
      written = read(store);
    }
    Map<Path, byte[]> sound = files();
    List<Path> paths = sound.keySet().stream().sorted().toList();
    assertThat(paths).as("compressed, plain, growing, mark").hasSize(4);
    int told = 0;
    for (int i = 0; i < 240; i++) {
      Path path = paths.get(i % paths.size());
      byte[] bytes = requireNonNull(sound.get(path)).clone();
      bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
      restore(sound);
      Files.write(path, bytes);
      try (JsonSeriesStore store = open(true)) {
        List<String> found = read(store);
        assertThat(new HashSet<>(written).containsAll(found)).as("flip %d in %s", i, path).isTrue();
        assertThat(found.size() == written.size() || !problems.isEmpty())
            .as("nothing is missing in silence, flip %d in %s", i, path)
            .isTrue();
        told += problems.isEmpty() ? 0 : 1;
      }
    }
    assertThat(told).isGreaterThan(200);
  }

  private List<String> sealedFiles() {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.matches(".*\\.\\d+-\\d+\\.jsonl.*"))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void aDayThatMakesRoomForAnotherIsNotSealedWhileFilesAreCopied() {
    try (JsonSeriesStore store = open(true)) {
      List<String> during =
          store.whileFilesStay(
              () -> {
                for (int day = 11; day >= 0; day--) {
                  put(store, NOON.minus(Duration.ofDays(day)), 2);
                }
                return sealedFiles();
              });
      assertThat(during).isEmpty();

      store.maintain();

      assertThat(sealedFiles()).hasSize(11).noneMatch(name -> name.startsWith("2026-11-25"));
      assertThat(store.statistics().samples()).isEqualTo(48);
    }
  }

  @Test
  void aDayIsForgottenOnlyWhenNoFilesAreCopied() throws Exception {
    try (JsonSeriesStore store = open(true)) {
      put(store, NOON, 2);
      Thread forgetting = new Thread(() -> store.remove(Set.of("2026-11-25")));
      boolean there =
          store.whileFilesStay(
              () -> {
                forgetting.start();
                while (forgetting.isAlive() && forgetting.getState() != Thread.State.WAITING) {
                  Thread.onSpinWait();
                }
                return Files.exists(folder.resolve("2026-11-25.jsonl"));
              });
      forgetting.join();

      assertThat(there).isTrue();
      assertThat(folder.resolve("2026-11-25.jsonl")).doesNotExist();
    }
  }
}
