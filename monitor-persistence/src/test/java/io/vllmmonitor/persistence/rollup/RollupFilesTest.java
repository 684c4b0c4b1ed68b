package io.vllmmonitor.persistence.rollup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.sample.SeriesData;
import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.api.sample.SeriesRollup;
import io.vllmmonitor.api.sample.StaleMarker;
import io.vllmmonitor.api.store.SeriesPart;
import io.vllmmonitor.persistence.sqlite.StoreCounters;
import io.vllmmonitor.testkit.time.ManualClock;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RollupFilesTest {
  private static final long HOUR = RollupFiles.HOUR;
  private static final long DECEMBER = Instant.parse("2026-12-01T00:00:00Z").toEpochMilli();

  private final ManualClock clock = ManualClock.at("2026-12-01T12:00:00Z");
  private final List<HourlyRow> rows = new ArrayList<>();
  private final List<MonitorException> damage = new ArrayList<>();

  @TempDir Path folder;

  private RollupFiles open() {
    return new RollupFiles(
        folder, clock, clock.nanoTicker(), new StoreCounters(), rows::addAll, damage::add);
  }

  /** Samples of a few hours around a change of months, with gaps, NaN and stale markers. */
  private static List<SeriesData> samples(int series) {
    Random random = new Random(7);
    List<SeriesData> all = new ArrayList<>();
    for (int s = 0; s < series; s++) {
      List<Long> times = new ArrayList<>();
      List<Double> values = new ArrayList<>();
      double value = s;
      for (long at = DECEMBER - 2 * HOUR; at <= DECEMBER + HOUR; at += 5_000) {
        value += s % 3 == 0 ? random.nextInt(3) : s % 3 == 1 ? random.nextGaussian() : 0;
        boolean gap = s % 4 == 3 && at % 1_000_000 < 600_000;
        if (!gap) {
          times.add(at);
          values.add(odd(random, value));
        }
      }
      all.add(
          new SeriesData(
              SeriesKey.of("m" + s),
              times.stream().mapToLong(Long::longValue).toArray(),
              values.stream().mapToDouble(Double::doubleValue).toArray()));
    }
    return all;
  }

  private static double odd(Random random, double value) {
    return switch (random.nextInt(2000)) {
      case 0 -> Double.NaN;
      case 1 -> StaleMarker.value();
      case 2 -> Double.NEGATIVE_INFINITY;
      case 3 -> -0.0;
      default -> value;
    };
  }

  private static List<SeriesHour> hour(List<SeriesData> samples, long hourEnd) {
    HourAggregator aggregator = new HourAggregator();
    List<SeriesHour> hours = new ArrayList<>();
    for (SeriesData data : samples) {
      aggregator.begin(hourEnd);
      for (int i = 0; i < data.size(); i++) {
        aggregator.add(data.epochMillis(i), data.value(i));
      }
      hours.add(aggregator.finish(data.series()));
    }
    return hours;
  }

  private static void writeAll(RollupFiles files, List<SeriesData> samples) {
    for (long end = DECEMBER - 2 * HOUR; end <= DECEMBER + HOUR; end += HOUR) {
      files.write(end, "gpu1:8000", end / HOUR, hour(samples, end));
    }
  }

  private static String text(List<SeriesRollup> rollups, long from, long to) {
    StringBuilder text = new StringBuilder();
    for (SeriesRollup rollup : rollups) {
      for (int i = 0; i < rollup.size(); i++) {
        if (rollup.endMillis(i) > from && rollup.endMillis(i) <= to) {
          text.append(rollup.series()).append(' ').append(rollup.endMillis(i));
          text.append(' ').append(rollup.count(i));
          for (double value :
              new double[] {rollup.sum(i), rollup.minimum(i), rollup.maximum(i), rollup.last(i)}) {
            text.append(' ').append(Double.doubleToRawLongBits(value));
          }
          text.append('\n');
        }
      }
    }
    return text.toString();
  }

  private static String expected(List<SeriesData> samples, long from, long to, long resolution) {
    return text(
        samples.stream()
            .map(data -> SeriesRollup.of(data, resolution))
            .sorted(Comparator.comparing(SeriesRollup::series))
            .toList(),
        from,
        to);
  }

  @Test
  void aggregatesOfAnySpanAreThoseOfTheSamplesAcrossMonthsAndStarts() {
    List<SeriesData> samples = samples(37);
    try (RollupFiles files = open()) {
      writeAll(files, samples);
    }
    assertThat(folder.resolve("rollup-2026-11.db")).exists();
    assertThat(folder.resolve("rollup-2026-12.db")).exists();
    try (RollupFiles files = open()) {
      long[] steps = {0, 60_000, 1_800_000, HOUR, 2 * HOUR, 3 * HOUR};
      for (long first : steps) {
        for (long length : steps) {
          long from = DECEMBER - 2 * HOUR - 60_000 + first;
          long to = from + length;
          for (long resolution : new long[] {RollupFiles.MINUTE, HOUR}) {
            assertThat(text(files.read(key -> true, from, to, resolution, 100_000), from, to))
                .isEqualTo(expected(samples, from, to, resolution));
          }
        }
      }
      assertThat(files.read(key -> true, Long.MIN_VALUE, Long.MAX_VALUE, HOUR, 1000)).hasSize(37);
      assertThat(files.read(key -> key.name().equals("m20"), 0, Long.MAX_VALUE, HOUR, 1000))
          .extracting(SeriesRollup::series)
          .containsExactly(SeriesKey.of("m20"));
    }
    assertThat(damage).isEmpty();
  }

  @Test
  void anHourWrittenAgainTakesThePlaceOfTheOneBefore() {
    List<SeriesData> all = samples(40);
    long end = DECEMBER;
    try (RollupFiles files = open()) {
      files.write(end, "a", 1, hour(samples(20), end));
      files.write(end, "b", 5, hour(all.subList(20, 40), end));
      files.write(end, "a", 2, hour(all.subList(3, 20), end));
      assertThat(files.versions(end)).isEqualTo(Map.of("a", 2L, "b", 5L));
      assertThat(files.versions(end - HOUR)).isEmpty();
      assertThat(files.versions(end + 10_000 * HOUR)).isEmpty();
      assertThat(
              text(files.read(key -> true, end - HOUR, end, RollupFiles.MINUTE, 100_000), 0, end))
          .isEqualTo(expected(all.subList(3, 40), end - HOUR, end, RollupFiles.MINUTE));
    }
  }

  @Test
  void theRowsOfTheHourAreGivenOnBeforeItCounts() {
    List<SeriesData> samples = samples(4);
    try (RollupFiles files = open()) {
      files.write(DECEMBER, "a", 1, hour(samples, DECEMBER));
    }
    assertThat(rows).hasSize(4);
    SeriesRollup whole = SeriesRollup.of(samples.get(0), HOUR);
    HourlyRow row = rows.get(0);
    assertThat(row.hourStart()).isEqualTo(DECEMBER - HOUR);
    assertThat(row.count()).isEqualTo(whole.count(2));
    assertThat(row.last()).isEqualTo(whole.last(2));
    RollupFiles failing =
        new RollupFiles(
            folder,
            clock,
            clock.nanoTicker(),
            new StoreCounters(),
            unused -> {
              throw new IllegalStateException("no");
            },
            damage::add);
    try (failing) {
      assertThatThrownBy(() -> failing.write(DECEMBER, "a", 2, hour(samples, DECEMBER)))
          .isInstanceOf(IllegalStateException.class);
      assertThat(failing.versions(DECEMBER)).isEqualTo(Map.of("a", 1L));
    }
  }

  @Test
  void aMonthCanBeForgotten() {
    try (RollupFiles files = open()) {
      writeAll(files, samples(5));
      List<SeriesPart> parts = files.parts();
      assertThat(parts)
          .extracting(SeriesPart::name)
          .containsExactly("rollup-2026-11", "rollup-2026-12");
      assertThat(parts.get(0).from()).isEqualTo(Instant.parse("2026-11-01T00:00:00Z"));
      assertThat(parts.get(0).to()).isEqualTo(Instant.parse("2026-12-01T00:00:00Z"));
      assertThat(parts.get(0).samples()).isPositive();
      assertThat(files.bytes()).isEqualTo(parts.get(0).bytes() + parts.get(1).bytes());
      assertThat(files.remove("rollup-2026-11")).isTrue();
      assertThat(files.remove("rollup-2026-11")).isFalse();
      assertThat(files.remove("../x")).isFalse();
      assertThat(files.parts()).hasSize(1);
      assertThat(files.read(key -> true, 0, DECEMBER, HOUR, 100)).isEmpty();
    }
    assertThat(folder.toFile().list()).noneMatch(name -> name.startsWith("rollup-2026-11"));
  }

  @Test
  void tooManyAggregatesAreRefusedNotCut() {
    try (RollupFiles files = open()) {
      writeAll(files, samples(5));
      assertThatThrownBy(() -> files.read(key -> true, 0, DECEMBER, RollupFiles.MINUTE, 100))
          .isInstanceOfSatisfying(
              MonitorException.class,
              e -> assertThat(e.code()).isEqualTo(ErrorCode.QUERY_TOO_LARGE));
    }
  }

  @Test
  void aDamagedPackIsReportedAndTheRestServed() throws SQLException {
    List<SeriesData> samples = samples(33);
    try (RollupFiles files = open()) {
      files.write(DECEMBER, "a", 1, hour(samples, DECEMBER));
    }
    change(
        "UPDATE minutes SET pack = cast(substr(pack, 1, 40) || x'55' || substr(pack, 42) AS blob)"
            + " WHERE id = (SELECT min(id) FROM minutes)");
    change("UPDATE covered SET version = 7");
    try (RollupFiles files = open()) {
      assertThat(files.read(key -> true, 0, DECEMBER, RollupFiles.MINUTE, 10_000)).hasSize(17);
      assertThat(files.read(key -> true, 0, DECEMBER, HOUR, 10_000)).hasSize(33);
      assertThat(files.versions(DECEMBER)).isEmpty();
      assertThat(damage).hasSize(2);
      files.write(DECEMBER, "a", 2, hour(samples, DECEMBER));
      assertThat(files.read(key -> true, 0, DECEMBER, RollupFiles.MINUTE, 10_000)).hasSize(33);
    }
  }

  @Test
  void anHourWithADamagedPackCountsAsMissingUntilItIsWrittenAgain() throws SQLException {
    List<SeriesData> samples = samples(33);
    try (RollupFiles files = open()) {
      files.write(DECEMBER, "a", 1, hour(samples, DECEMBER));
      files.write(DECEMBER - HOUR, "a", 1, hour(samples, DECEMBER - HOUR));
    }
    change(
        "UPDATE minutes SET pack = cast(substr(pack, 1, 40) || x'55' || substr(pack, 42) AS blob)"
            + " WHERE id = (SELECT max(id) FROM minutes)");
    try (RollupFiles files = open()) {
      assertThat(files.versions(DECEMBER)).as("nobody has looked yet").hasSize(1);
      long doubts = files.doubts();
      int found = files.read(key -> true, 0, DECEMBER, RollupFiles.MINUTE, 10_000).size();
      assertThat(files.doubts()).isGreaterThan(doubts);
      assertThat(found).isEqualTo(33);
      assertThat(damage).hasSize(1);
      assertThat(files.versions(DECEMBER)).isEmpty();
      assertThat(files.versions(DECEMBER - HOUR)).as("the other hour is sound").hasSize(1);

      long once = files.doubts();
      assertThat(files.read(key -> true, 0, DECEMBER, RollupFiles.MINUTE, 10_000)).hasSize(33);
      assertThat(files.doubts()).as("the same damage is doubted once").isEqualTo(once);
      files.write(DECEMBER, "a", 1, hour(samples, DECEMBER));
      assertThat(files.versions(DECEMBER)).isEqualTo(Map.of("a", 1L));
      assertThat(
              text(
                  files.read(key -> true, DECEMBER - HOUR, DECEMBER, RollupFiles.MINUTE, 10_000),
                  0,
                  DECEMBER))
          .isEqualTo(expected(samples, DECEMBER - HOUR, DECEMBER, RollupFiles.MINUTE));
    }
  }

  @Test
  void aDamagedShapeMakesEveryHourOfItsMonthCountAsMissingAndItsPacksGo() throws SQLException {
    List<SeriesData> samples = samples(20);
    try (RollupFiles files = open()) {
      files.write(DECEMBER, "a", 1, hour(samples, DECEMBER));
      files.write(DECEMBER - HOUR, "b", 1, hour(samples, DECEMBER - HOUR));
    }
    change("UPDATE shapes SET crc = crc + 1 WHERE id = 1");
    try (RollupFiles files = open()) {
      assertThat(files.read(key -> true, 0, DECEMBER, HOUR, 10_000)).hasSizeLessThan(21);
      assertThat(damage).isNotEmpty();
      assertThat(files.versions(DECEMBER)).isEmpty();
      assertThat(files.versions(DECEMBER - HOUR)).isEmpty();
      files.write(DECEMBER, "a", 1, hour(samples, DECEMBER));
      assertThat(files.versions(DECEMBER)).isEqualTo(Map.of("a", 1L));
      assertThat(files.versions(DECEMBER - HOUR)).as("not written again yet").isEmpty();
      assertThat(files.read(key -> true, DECEMBER - HOUR, DECEMBER, HOUR, 10_000)).hasSize(20);
    }
    assertThat(count("SELECT count(*) FROM hours WHERE id >> 24 = 1")).isZero();
  }

  private long count(String sql) throws SQLException {
    String url = "jdbc:sqlite:" + folder.resolve("rollup-2026-11.db");
    try (Connection connection = DriverManager.getConnection(url);
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      return rows.getLong(1);
    }
  }

  private void change(String sql) throws SQLException {
    String url = "jdbc:sqlite:" + folder.resolve("rollup-2026-11.db");
    try (Connection connection = DriverManager.getConnection(url);
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  @Test
  void aFileThatIsNoneIsSetAsideAndMadeAnew() throws IOException {
    Files.write(folder.resolve("rollup-2026-11.db"), new byte[5000]);
    try (RollupFiles files = open()) {
      files.write(DECEMBER, "a", 1, hour(samples(3), DECEMBER));
      assertThat(files.read(key -> true, 0, DECEMBER, HOUR, 10)).hasSize(3);
    }
    assertThat(damage).isNotEmpty();
    assertThat(folder.toFile().list()).anyMatch(name -> name.contains(".damaged-"));
  }

  @Test
  void aFileThatTurnsOutDamagedCostsItsMonthOnlyAndIsMadeAnewByTheNextWrite() throws Exception {
    try (RollupFiles files = open()) {
      writeAll(files, samples(40));
    }
    Path path = folder.resolve("rollup-2026-11.db");
    byte[] bytes = Files.readAllBytes(path);
    Arrays.fill(bytes, 4096 * 4, bytes.length, (byte) 0x55);
    Files.write(path, bytes);
    List<SeriesHour> hour = hour(samples(40), DECEMBER);
    try (RollupFiles files = open()) {
      assertThat(files.read(key -> true, 0, Long.MAX_VALUE, HOUR, 1000)).hasSize(40);
      assertThat(damage).isNotEmpty();
      assertThat(files.versions(DECEMBER)).as("a month in doubt has no hour").isEmpty();
      assertThat(files.parts()).as("other months can still be forgotten").hasSize(2);
      assertThatThrownBy(() -> files.write(DECEMBER, "gpu1:8000", 9, hour))
          .isInstanceOfSatisfying(
              MonitorException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.STORE_DAMAGED));
      assertThat(files.versions(DECEMBER)).isEmpty();
      files.write(DECEMBER, "gpu1:8000", 9, hour);
      assertThat(files.versions(DECEMBER)).isEqualTo(Map.of("gpu1:8000", 9L));
    }
    assertThat(folder.toFile().list()).anyMatch(name -> name.contains(".damaged-"));
  }

  @Test
  void thePacksOfAnHourAreWrittenAndReadAsEver() throws IOException {
    List<SeriesHour> hours = hour(samples(6), DECEMBER);
    RollupPacks packs = new RollupPacks();
    assertThat(packs.encodeMinutes(hours)).isEqualTo(golden("minutes-1.hex"));
    assertThat(packs.encodeHour(hours)).isEqualTo(golden("hours-1.hex"));
  }

  private static byte[] golden(String name) throws IOException {
    try (InputStream stream = RollupFilesTest.class.getResourceAsStream(name)) {
      assertThat(stream).as(name).isNotNull();
      String text = new String(stream.readAllBytes(), StandardCharsets.US_ASCII);
      return HexFormat.of().parseHex(text.replaceAll("\\s", ""));
    }
  }

  @Test
  void anAggregatorTakesColumnsInPieces() {
    SeriesData data = samples(2).get(1);
    long[] times = new long[data.size()];
    double[] values = new double[data.size()];
    Arrays.setAll(times, data::epochMillis);
    Arrays.setAll(values, data::value);
    HourAggregator aggregator = new HourAggregator().begin(DECEMBER);
    aggregator.add(times, values, 0, 1000);
    aggregator.add(times, values, 1000, times.length);
    HourlyRow row = aggregator.finish(data.series()).row();
    SeriesRollup expected = SeriesRollup.of(data, HOUR);
    assertThat(row.count()).isEqualTo(expected.count(2));
    assertThat(row.sum()).isEqualTo(expected.sum(2));
    assertThat(aggregator.begin(DECEMBER).finish(data.series()).isEmpty()).isTrue();
    assertThatThrownBy(() -> aggregator.begin(DECEMBER + 1))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void anHourAndItsMinutesTakeTheirEndAndNotTheirStart() {
    HourAggregator aggregator = new HourAggregator().begin(DECEMBER);
    long[] times = {
      DECEMBER - HOUR,
      DECEMBER - HOUR + 1,
      DECEMBER - 60_000,
      DECEMBER - 59_999,
      DECEMBER,
      DECEMBER + 1
    };
    aggregator.add(times, new double[] {1, 2, 4, 8, 16, 32}, 0, times.length);
    SeriesHour hour = aggregator.finish(SeriesKey.of("m"));
    assertThat(hour.row().sum()).isEqualTo(30);
    assertThat(hour.minutes()).isEqualTo(1L | 1L << 58 | 1L << 59);
    assertThat(hour.minuteColumn(SeriesHour.SUM)).containsExactly(2, 4, 24);
  }
}
