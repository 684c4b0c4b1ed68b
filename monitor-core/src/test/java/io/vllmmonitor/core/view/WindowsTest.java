package io.vllmmonitor.core.view;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.within;

import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.sample.Labels;
import io.vllmmonitor.api.sample.MetricCatalog;
import io.vllmmonitor.api.sample.MetricKind;
import io.vllmmonitor.api.sample.MetricSpec;
import io.vllmmonitor.api.sample.MetricType;
import io.vllmmonitor.api.sample.SampleBatch;
import io.vllmmonitor.api.sample.SeriesData;
import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.api.sample.StaleMarker;
import io.vllmmonitor.api.target.TargetId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class WindowsTest {
  private static final TargetId TARGET = new TargetId("127.0.0.1:8000");
  private static final Instant START = Instant.parse("2026-11-25T00:00:00Z");
  private static final SeriesKey ZERO = engine("vllm:running", "0");
  private static final SeriesKey ONE = engine("vllm:running", "1");

  private final MetricCatalog catalog = new MetricCatalog();
  private final Windows windows = new Windows(TARGET, Duration.ofSeconds(5), catalog);

  @Test
  void valueIsTheNewestOneAtTheInstantOfTheView() {
    append(0, Map.of(ZERO, 1.0));
    append(5, Map.of(ZERO, 2.0));
    append(10, Map.of(ZERO, 3.0));

    assertThat(view(10).value("vllm:running")).isEqualTo(3);
    assertThat(view(9).value("vllm:running")).isEqualTo(2);
    assertThat(view(0).value("vllm:running{engine=\"0\"}")).isEqualTo(1);
    assertThat(view(10).now()).isEqualTo(START.plusSeconds(10));
    assertThat(view(10).target()).isEqualTo(TARGET);
    assertThat(windows.view(START, true).firing()).isTrue();
  }

  @Test
  void sampleIsFreshForThreeIntervalsOrFifteenSeconds() {
    append(0, Map.of(ZERO, 1.0));
    assertThat(view(15).has("vllm:running")).isTrue();
    assertThat(windows.view(START.plusMillis(15_001), false).has("vllm:running")).isFalse();

    Windows slow = new Windows(TARGET, Duration.ofSeconds(10), catalog);
    slow.append(batch(0, Map.of(ZERO, 1.0)));
    assertThat(slow.view(START.plusSeconds(30), false).has("vllm:running")).isTrue();
    assertThat(slow.view(START.plusSeconds(31), false).has("vllm:running")).isFalse();
  }

  @Test
  void seriesEndsAtItsStaleMarkerAndComesBack() {
    append(0, Map.of(ZERO, 1.0));
    append(5, Map.of(ZERO, StaleMarker.value()));
    assertThat(view(5).has("vllm:running")).isFalse();
    assertThat(view(4).has("vllm:running")).isTrue();
    append(10, Map.of(ZERO, 2.0));
    assertThat(view(10).value("vllm:running")).isEqualTo(2);
    assertThat(view(10).mean("vllm:running", 60)).isEqualTo(1.5);
  }

  @Test
  void severalMatchesAreAnErrorThatListsThem() {
    append(0, Map.of(ZERO, 1.0, ONE, 2.0));
    MonitorException e =
        catchThrowableOfType(MonitorException.class, () -> view(0).value("vllm:running"));
    assertThat(e.code()).isEqualTo(ErrorCode.SELECTOR_AMBIGUOUS);
    assertThat(e.getMessage()).contains(ZERO.toString(), ONE.toString());
    assertThatThrownBy(() -> view(0).valueOr("vllm:running", 0))
        .isInstanceOf(MonitorException.class);
    assertThat(view(0).value("vllm:running{engine!=\"0\"}")).isEqualTo(2);
    assertThat(view(0).sum("vllm:running")).isEqualTo(3);
    assertThat(view(0).max("vllm:running")).isEqualTo(2);
    assertThat(view(0).min("vllm:running")).isEqualTo(1);
  }

  @Test
  void matchIsUniqueAgainOnceTheOtherSeriesEnded() {
    append(0, Map.of(ZERO, 1.0, ONE, 2.0));
    append(5, Map.of(ZERO, 4.0, ONE, StaleMarker.value()));
    assertThat(view(5).value("vllm:running")).isEqualTo(4);
  }

  @Test
  void unansweredQuestionsMarkInOrder() {
    append(0, Map.of(ZERO, 1.0));
    RecordingView view = view(0);
    assertThat(view.value("a")).isNaN();
    assertThat(view.rate("vllm:running", 30)).isNaN();
    assertThat(view.slope("vllm:running", 30)).isNaN();
    assertThat(view.age("b")).isNaN();
    assertThat(view.quantile("c", 0.5, 60)).isNaN();
    assertThat(view.value("a")).isNaN();
    assertThat(view.has("d")).isFalse();
    assertThat(view.valueOr("d", 7)).isEqualTo(7);
    assertThat(view.missing())
        .containsExactly(
            "a",
            "rate(vllm:running, 30s)",
            "slope(vllm:running, 30s)",
            "age(b)",
            "quantile(c, 0.5, 60s)");
  }

  @Test
  void answersAreEvidenceUpToFifty() {
    append(0, Map.of(ZERO, 1.0));
    append(5, Map.of(ZERO, 3.0));
    RecordingView view = view(5);
    assertThat(view.rate("vllm:running", 30)).isEqualTo(0.4);
    assertThat(view.valueOr("vllm:running", 9)).isEqualTo(3);
    assertThat(view.evidence())
        .containsExactly(Map.entry("rate(vllm:running, 30s)", 0.4), Map.entry("vllm:running", 3.0));
    for (int i = 1; i < 100; i++) {
      assertThat(view.increase("vllm:running", 10 + i)).isEqualTo(2);
    }
    assertThat(view.evidence()).hasSize(50);
    assertThat(view.missing()).isEmpty();
  }

  @Test
  void valueThatIsNoNumberMarks() {
    double payload = Double.longBitsToDouble(0x7ff8000000000123L);
    append(0, Map.of(ZERO, payload));
    RecordingView view = view(0);
    assertThat(view.has("vllm:running")).isTrue();
    assertThat(view.value("vllm:running")).isNaN();
    assertThat(view.valueOr("vllm:running", 5)).isEqualTo(5);
    assertThat(view.missing()).containsExactly("vllm:running");
  }

  @Test
  void counterResetCountsFromZero() {
    SeriesKey counter = SeriesKey.of("vllm:tokens_total");
    double[] values = {10, 15, 20, 3, 8};
    for (int i = 0; i < values.length; i++) {
      append(5L * i, Map.of(counter, values[i]));
    }
    assertThat(view(20).increase("vllm:tokens_total", 60)).isEqualTo(5 + 5 + 3 + 5);
    assertThat(view(20).increase("vllm:tokens_total", 10)).isEqualTo(3 + 5);
    assertThat(view(20).rate("vllm:tokens_total", 60)).isEqualTo(18 / 20.0);
    assertThat(view(10).increase("vllm:tokens_total", 60)).isEqualTo(10);
  }

  @Test
  void rateDividesByTheTimeThatTheSamplesSpan() {
    SeriesKey counter = SeriesKey.of("c_total");
    append(0, Map.of(counter, 0.0));
    append(8, Map.of(counter, 16.0)); // a slow scrape
    assertThat(view(8).rate("c_total", 60)).isEqualTo(2);
    assertThat(view(12).rate("c_total", 60)).isEqualTo(2);
    assertThat(view(8).rate("c_total", 5)).isNaN();
  }

  @Test
  void slopeIsThatOfTheLeastSquaresLine() {
    double[] values = {1, 3, 2, 5};
    for (int i = 0; i < values.length; i++) {
      append(i, Map.of(ZERO, values[i], ONE, 10.0 + 2 * i));
    }
    // x: 0 1 2 3, mean 1.5; y mean 2.75; sum of products 5.5, of squares 5
    assertThat(view(3).slope("vllm:running{engine=\"0\"}", 60)).isCloseTo(1.1, within(1e-12));
    assertThat(view(3).slope("vllm:running", 60)).isCloseTo(3.1, within(1e-12));
    assertThat(view(3).slope("vllm:running", 1)).isNaN();
  }

  @Test
  void quantileInterpolatesInsideTheBucket() {
    histogram(0, 0, 0, 0, 0);
    histogram(5, 2, 6, 8, 10);
    // growth: 2 up to 0.1, 6 up to 0.5, 8 up to 1, 10 in all
    assertThat(quantile(0.5)).isCloseTo(0.1 + 0.4 * (5 - 2) / 4, within(1e-12));
    assertThat(quantile(0.1)).isCloseTo(0.05, within(1e-12));
    assertThat(quantile(0.75)).isCloseTo(0.5 + 0.5 * 1.5 / 2, within(1e-12));
    assertThat(quantile(0.95)).isEqualTo(1.0); // beyond the last limit
    assertThatThrownBy(() -> quantile(95)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void quantileAddsUpAllMatchingSeries() {
    for (int second : new int[] {0, 5}) {
      double n = second == 0 ? 0 : 1;
      append(
          second,
          Map.of(
              bucket("0", "1"),
              n * 4,
              bucket("0", "+Inf"),
              n * 4,
              bucket("1", "1"),
              n * 0,
              bucket("1", "+Inf"),
              n * 4));
    }
    assertThat(view(5).quantile("h", 0.25, 60)).isCloseTo(0.5, within(1e-12));
    assertThat(view(5).quantile("h{engine=\"0\"}", 0.5, 60)).isCloseTo(0.5, within(1e-12));
  }

  @Test
  void nothingObservedHasNoQuantile() {
    histogram(0, 2, 6, 8, 10);
    histogram(5, 2, 6, 8, 10);
    assertThat(quantile(0.5)).isNaN();
  }

  @Test
  void ageIsThatOfTheYoungestSampleHoweverOld() {
    append(0, Map.of(ZERO, 1.0, ONE, 1.0));
    append(5, Map.of(ZERO, StaleMarker.value(), ONE, 2.0));
    append(10, Map.of(ONE, StaleMarker.value()));
    assertThat(view(100).age("vllm:running")).isEqualTo(95);
    assertThat(view(100).age("vllm:running{engine=\"0\"}")).isEqualTo(100);
  }

  @Test
  void namesThatChangedAreResolved() {
    catalog.add(
        List.of(
            MetricSpec.of("vllm:kv", MetricKind.GAUGE, MetricType.RESOURCE, "ratio", "kv")
                .withAliases("vllm:gpu_cache"),
            MetricSpec.of("vllm:itl", MetricKind.HISTOGRAM, MetricType.PERFORMANCE, "", "itl")
                .withAliases("vllm:tpot")));
    SeriesKey old = SeriesKey.of("vllm:gpu_cache");
    SeriesKey le1 = new SeriesKey("vllm:tpot_bucket", Labels.of("le", "1.0"));
    SeriesKey inf = new SeriesKey("vllm:tpot_bucket", Labels.of("le", "+Inf"));
    append(0, Map.of(old, 0.5, le1, 0.0, inf, 0.0));
    append(5, Map.of(old, 0.6, le1, 4.0, inf, 4.0));
    assertThat(view(5).value("vllm:kv")).isEqualTo(0.6);
    assertThat(view(5).quantile("vllm:itl", 0.5, 60)).isEqualTo(0.5);
    append(10, Map.of(old, StaleMarker.value(), SeriesKey.of("vllm:kv"), 0.1));
    assertThat(view(10).value("vllm:kv")).isEqualTo(0.1);
    assertThat(view(10).value("vllm:gpu_cache")).isEqualTo(0.1);
    assertThat(view(5).value("vllm:kv")).isEqualTo(0.6);
  }

  @Test
  void patternsAndMalformedSelectorsAreRefused() {
    append(0, Map.of(ZERO, 1.0));
    for (String selector :
        List.of("vllm:running{engine=~\"0\"}", "x{a!~\"b\"}", "vllm:running{", "1+1")) {
      MonitorException e =
          catchThrowableOfType(MonitorException.class, () -> view(0).sum(selector));
      assertThat(e.code()).as(selector).isEqualTo(ErrorCode.SELECTOR_MALFORMED);
    }
  }

  @Test
  void labelsThatTheMonitorAddedNeedNotBeNamed() {
    SeriesKey stored =
        new SeriesKey("vllm:x", Labels.of(Map.of("job", "vllm", "instance", "h:1", "engine", "0")));
    append(0, Map.of(stored, 4.0));
    assertThat(view(0).value("vllm:x")).isEqualTo(4);
    assertThat(view(0).value("vllm:x{engine=\"0\"}")).isEqualTo(4);
    assertThat(view(0).value("{__name__=\"vllm:x\"}")).isEqualTo(4);
    assertThat(view(0).sum("{engine=\"0\"}")).isEqualTo(4);
  }

  @Test
  void scrapesThatAreNotNewerAreRefusedAndCounted() {
    append(5, Map.of(ZERO, 1.0));
    append(5, Map.of(ZERO, 2.0));
    append(4, Map.of(ZERO, 3.0));
    assertThat(view(5).value("vllm:running")).isEqualTo(1);
    assertThat(windows.scrapes()).isEqualTo(1);
    assertThat(windows.refused()).isEqualTo(2);
  }

  @Test
  void atMost4096ScrapesAndTwoHoursAreHeld() {
    for (int i = 0; i < 5_000; i++) {
      append(i, Map.of(ZERO, (double) i));
    }
    assertThat(windows.scrapes()).isEqualTo(Windows.MOST_SCRAPES);
    assertThat(view(4_999).increase("vllm:running", 3_600)).isEqualTo(3_600);
    assertThat(view(4_999).increase("vllm:running", 7_200)).isEqualTo(3_600); // an hour at most
    append(4_999 + 7_200, Map.of(ZERO, 1.0));
    assertThat(windows.scrapes()).isEqualTo(2);
    append(4_999 + 7_201, Map.of(ZERO, 1.0));
    assertThat(windows.scrapes()).isEqualTo(2);
  }

  @Test
  void seriesGoWhenTheirLastSampleLeftTheWindows() {
    append(0, Map.of(ZERO, 1.0, ONE, 1.0));
    append(1, Map.of(ZERO, 1.0, ONE, StaleMarker.value()));
    for (int i = 2; i < 100; i++) {
      append(i, Map.of(ZERO, 1.0));
    }
    assertThat(windows.series()).isEqualTo(2);
    for (int i = 0; i < 130; i++) {
      append(7_200 + i, Map.of(ZERO, 2.0));
    }
    assertThat(windows.series()).isEqualTo(1);
    assertThat(view(7_329).value("vllm:running")).isEqualTo(2);
  }

  @Test
  void manySeriesShortenTheWindowsInsteadOfFillingTheHeap() {
    for (int i = 0; i < 1_000; i++) {
      append(i, Map.of(ZERO, 1.0 * i));
    }
    List<SeriesKey> many = new ArrayList<>();
    for (int i = 0; i < Windows.MOST_SERIES + 10; i++) {
      many.add(engine("vllm:running", Integer.toString(i)));
    }
    double[] values = new double[many.size()];
    windows.append(new SampleBatch(TARGET, START.plusSeconds(1_000), many, values));
    assertThat(windows.series()).isEqualTo(Windows.MOST_SERIES);
    assertThat(windows.refused()).isEqualTo(10);
    assertThat((long) windows.series() * windows.scrapes()).isLessThanOrEqualTo(Windows.MOST_CELLS);
    assertThat(view(999).increase("vllm:running{engine=\"0\"}", 60)).isEqualTo(60);
  }

  @Test
  void endedSeriesMakeRoomForNewOnes() {
    List<SeriesKey> first = new ArrayList<>();
    List<SeriesKey> second = new ArrayList<>();
    for (int i = 0; i < Windows.MOST_SERIES; i++) {
      first.add(engine("a", Integer.toString(i)));
      second.add(engine("b", Integer.toString(i)));
    }
    double[] zeros = new double[first.size()];
    double[] stale = new double[first.size()];
    java.util.Arrays.fill(stale, StaleMarker.value());
    windows.append(new SampleBatch(TARGET, START, first, zeros));
    windows.append(new SampleBatch(TARGET, START.plusSeconds(1), first, stale));
    windows.append(new SampleBatch(TARGET, START.plusSeconds(2), second, zeros));
    assertThat(windows.refused()).isZero();
    assertThat(view(2).has("b{engine=\"19999\"}")).isTrue();
  }

  @Test
  void restoredWindowsAnswerAsBefore() {
    for (int i = 0; i < 10; i++) {
      append(5L * i, Map.of(ZERO, 1.0 * i, ONE, i < 5 ? 2.0 : StaleMarker.value()));
    }
    long[] times = new long[10];
    double[] zero = new double[10];
    for (int i = 0; i < 10; i++) {
      times[i] = START.toEpochMilli() + 5_000L * i;
      zero[i] = i;
    }
    Windows again = new Windows(TARGET, Duration.ofSeconds(5), catalog);
    again.restore(
        List.of(
            new SeriesData(ZERO, times, zero),
            new SeriesData(
                ONE,
                java.util.Arrays.copyOf(times, 6),
                new double[] {2, 2, 2, 2, 2, StaleMarker.value()})));
    for (int second : new int[] {45, 30, 21, 7}) {
      RecordingView was = view(second);
      RecordingView is = again.view(START.plusSeconds(second), false);
      assertThat(is.sum("vllm:running")).isEqualTo(was.sum("vllm:running"));
      assertThat(is.increase("vllm:running", 20)).isEqualTo(was.increase("vllm:running", 20));
      assertThat(is.age("vllm:running{engine=\"1\"}"))
          .isEqualTo(was.age("vllm:running{engine=\"1\"}"));
    }
    again.append(batch(50, Map.of(ZERO, 10.0)));
    assertThat(again.view(START.plusSeconds(50), false).increase("vllm:running", 60)).isEqualTo(10);
    assertThatThrownBy(() -> again.restore(List.of())).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void restoreKeepsTwoHours() {
    long[] times = {0, 1_000, 7_200_000, 7_201_000};
    windows.restore(List.of(new SeriesData(ZERO, times, new double[] {1, 2, 3, 4})));
    assertThat(windows.scrapes()).isEqualTo(3);
    assertThat(windows.view(Instant.ofEpochMilli(7_201_000), false).value("vllm:running"))
        .isEqualTo(4);
  }

  private double quantile(double q) {
    return view(5).quantile("h", q, 60);
  }

  private void histogram(int second, double first, double second2, double third, double all) {
    append(
        second,
        Map.of(
            bucket("0", "0.1"), first,
            bucket("0", "0.5"), second2,
            bucket("0", "1.0"), third,
            bucket("0", "+Inf"), all));
  }

  private static SeriesKey bucket(String engine, String le) {
    return new SeriesKey("h_bucket", Labels.of("engine", engine, "le", le));
  }

  private static SeriesKey engine(String name, String engine) {
    return new SeriesKey(name, Labels.of("engine", engine));
  }

  private RecordingView view(long second) {
    return windows.view(START.plusSeconds(second), false);
  }

  private void append(long second, Map<SeriesKey, Double> samples) {
    windows.append(batch(second, samples));
  }

  private static SampleBatch batch(long second, Map<SeriesKey, Double> samples) {
    List<SeriesKey> keys = new ArrayList<>(samples.keySet());
    return new SampleBatch(
        TARGET, START.plusSeconds(second), keys, keys.stream().mapToDouble(samples::get).toArray());
  }
}
