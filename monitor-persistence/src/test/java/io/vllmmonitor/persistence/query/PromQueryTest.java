package io.vllmmonitor.persistence.query;

import static io.vllmmonitor.persistence.query.Samples.second;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.api.sample.StaleMarker;
import io.vllmmonitor.persistence.query.QueryResult.MatrixResult;
import io.vllmmonitor.persistence.query.QueryResult.ScalarResult;
import io.vllmmonitor.persistence.query.QueryResult.StringResult;
import io.vllmmonitor.persistence.query.QueryResult.VectorResult;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class PromQueryTest {
  private static final double STALE = StaleMarker.value();

  private final Samples samples = new Samples();
  private final AtomicLong nanos = new AtomicLong();
  private final PromQuery query = query(QueryLimits.standard());

  private PromQuery query(QueryLimits limits) {
    return new PromQuery(samples.store, samples.catalog, limits, nanos::get);
  }

  @Test
  void numbersAndTextsAnswerAtTheAskedTime() {
    assertThat(query.instant("1+1", second(7.5))).isEqualTo(new ScalarResult(7_500, 2));
    assertThat(query.instant("'x'", second(7))).isEqualTo(new StringResult(7_000, "x"));
  }

  @Test
  void anInstantVectorHoldsTheNewestValueWithinTheLookback() {
    samples.with("up{i=\"1\"}", 100, 1, 110, 2, 120, 3).with("up{i=\"2\"}", 100, 7);
    assertThat(vector("up", 115)).containsExactly("up{i=\"1\"} 115=2", "up{i=\"2\"} 115=7");
    assertThat(vector("up", 110)).containsExactly("up{i=\"1\"} 110=2", "up{i=\"2\"} 110=7");
    assertThat(vector("up", 99.999)).isEmpty();
    assertThat(vector("up{i=~\"1|9\"}", 115)).containsExactly("up{i=\"1\"} 115=2");
    assertThat(vector("up{i!=\"1\"}", 115)).containsExactly("up{i=\"2\"} 115=7");
    assertThat(vector("up", 400)).containsExactly("up{i=\"1\"} 400=3", "up{i=\"2\"} 400=7");
    assertThat(vector("up", 400.001)).containsExactly("up{i=\"1\"} 400.001=3");
    assertThat(vector("up", 420.001)).isEmpty();
  }

  @Test
  void aStaleMarkerEndsASeriesAndANanDoesNot() {
    samples.with("up", 100, 1, 110, STALE, 130, Double.NaN);
    assertThat(vector("up", 109)).hasSize(1);
    assertThat(vector("up", 110)).isEmpty();
    assertThat(vector("up", 129)).isEmpty();
    assertThat(vector("up", 130)).containsExactly("up 130=NaN");
  }

  @Test
  void offsetsAndFixedTimesLookElsewhere() {
    samples.with("up", 100, 1, 110, 2, 120, 3);
    assertThat(vector("up offset 10s", 120)).containsExactly("up 120=2");
    assertThat(vector("up offset -10s", 100)).containsExactly("up 100=2");
    assertThat(vector("up @ 105", 999)).containsExactly("up 999=1");
    assertThat(vector("up @ 120 offset 15s", 999)).containsExactly("up 999=1");
    assertThat(matrix(query.instant("up[10s] offset 10s", second(120))))
        .as("the start of a range does not belong to it")
        .containsExactly("up 110=2");
    assertThat(matrix(query.range("up @ 105", second(0), second(20), Duration.ofSeconds(10))))
        .containsExactly("up 0=1 10=1 20=1");
  }

  @Test
  void aRangeSelectorGivesTheSamplesAsTheyWereStored() {
    samples.with("up", 100, 1, 110.123, 2, 120, STALE, 130, -0.0).with("gone", 110, STALE);
    assertThat(matrix(query.instant("up[30001ms]", second(130))))
        .containsExactly("up 100=1 110.123=2 130=-0");
    assertThat(matrix(query.instant("up[30s]", second(130))))
        .containsExactly("up 110.123=2 130=-0");
    assertThat(matrix(query.instant("{__name__=~\"up|gone\"}[1h]", second(130)))).hasSize(1);
    assertThat(matrix(query.instant("up[1m]", second(99)))).isEmpty();
  }

  @Test
  void functionsMakeOneValueOfARange() {
    samples.with("up", 100, 1, 110, 2, 120, STALE, 130, 6, 140, Double.NaN);
    assertThat(vector("avg_over_time(up[31s])", 130)).containsExactly(" 130=3");
    assertThat(vector("avg_over_time(up[30s])", 130)).containsExactly(" 130=4");
    assertThat(vector("sum_over_time(up[1m])", 130)).containsExactly(" 130=9");
    assertThat(vector("sum_over_time(up[1m])", 140)).containsExactly(" 140=NaN");
    assertThat(vector("count_over_time(up[1m])", 140)).containsExactly(" 140=4");
    assertThat(vector("min_over_time(up[1m])", 140)).containsExactly(" 140=1");
    assertThat(vector("max_over_time(up[1m])", 140)).containsExactly(" 140=6");
    assertThat(vector("last_over_time(up[1m])", 130)).containsExactly("up 130=6");
    assertThat(vector("max_over_time(up[5s])", 140)).containsExactly(" 140=NaN");
    assertThat(vector("count_over_time(up[5s])", 139)).isEmpty();
    assertThat(vector("quantile_over_time(0.5, up[1m])", 130)).containsExactly(" 130=2");
    assertThat(vector("quantile_over_time(0.75, up[1m])", 130)).containsExactly(" 130=4");
    assertThat(vector("quantile_over_time(2, up[1m])", 130)).containsExactly(" 130=+Inf");
    assertThat(vector("quantile_over_time(-1, up[1m])", 130)).containsExactly(" 130=-Inf");
    assertThat(vector("sum_over_time(up[20s] offset 20s)", 130)).containsExactly(" 130=3");
    assertThat(vector("avg_over_time", 130)).as("a metric may have the name").isEmpty();
  }

  @Test
  void ratesExtrapolateAndKnowResets() {
    samples.with("c_total", 100, 10, 110, 20, 120, 5, 130, 15);
    assertThat(vector("increase(c_total[40s])", 135)).containsExactly(" 135=33.33333333333333");
    assertThat(vector("delta(c_total[30s])", 130)).containsExactly(" 130=-7.5");
    assertThat(vector("rate(c_total[5s])", 130)).as("one sample is no rate").isEmpty();
    samples.with("even_total", 100, 0, 110, 10, 120, 20, 130, 30);
    assertThat(vector("rate(even_total[30s])", 130)).containsExactly(" 130=1");
  }

  @Test
  void aggregatesOfWholeMinutesAnswerAsTheSamplesDo() {
    double[] many = new double[2 * 600];
    for (int i = 0; i < 600; i++) {
      many[2 * i] = 6_000 + i * 7;
      many[2 * i + 1] = (i * 37) % 101;
    }
    samples.with("up", many);
    for (String function : List.of("avg", "min", "max", "sum", "count", "last")) {
      String call = function + "_over_time(up[5m])";
      List<String> minutes =
          matrix(query.range(call, second(6_300), second(9_900), Duration.ofMinutes(1)));
      List<String> single = new ArrayList<>();
      for (int at = 6_300; at <= 9_900; at += 60) {
        // One millisecond more is no whole minute, and has the same samples here.
        String same = function + "_over_time(up[299999ms])";
        single.addAll(vector(same, at));
      }
      assertThat(String.join(" ", minutes).replaceAll("^\\S* ?", ""))
          .as(function)
          .isEqualTo(
              String.join(" ", single.stream().map(one -> one.replaceAll("^\\S* ?", "")).toList()));
    }
  }

  @Test
  void severalMetricsOfTheSameLabelsAreNoAnswerOfAFunction() {
    samples.with("a", 100, 1).with("b", 100, 2);
    assertThatThrownBy(() -> vector("sum_over_time({__name__=~\"a|b\"}[1m])", 120))
        .hasMessageContaining("last_over_time");
    assertThat(vector("last_over_time({__name__=~\"a|b\"}[1m])", 120)).hasSize(2);
  }

  @Test
  void aRangeQueryEvaluatesEveryStep() {
    samples.with("up", 100, 1, 110, 2, 120, STALE, 140, 4);
    assertThat(matrix(query.range("up", second(95), second(145), Duration.ofSeconds(10))))
        .containsExactly("up 105=1 115=2 145=4");
    assertThat(matrix(query.range("up", second(100), second(100), Duration.ofSeconds(10))))
        .containsExactly("up 100=1");
    assertThat(matrix(query.range("up offset 5s", second(105), second(110), Duration.ofSeconds(5))))
        .containsExactly("up 105=1 110=1");
    assertThat(matrix(query.range("none", second(95), second(145), Duration.ofSeconds(10))))
        .isEmpty();
    assertThat(matrix(query.range("1/4", second(0), second(2), Duration.ofMillis(900))))
        .containsExactly(" 0=0.25 0.900=0.25 1.800=0.25");
  }

  @Test
  void valuesEndWithTheLookbackInARangeQueryToo() {
    samples.with("up", 100, 1);
    assertThat(matrix(query.range("up", second(100), second(500), Duration.ofSeconds(100))))
        .containsExactly("up 100=1 200=1 300=1 400=1");
  }

  @Test
  void aRenamedMetricIsFoundUnderAnyOfItsNames() {
    samples.with("old_kv{e=\"0\"}", 100, 1, 110, STALE).with("kv{e=\"0\"}", 110, 2);
    assertThat(vector("kv", 105)).containsExactly("kv{e=\"0\"} 105=1");
    assertThat(vector("gpu_kv", 115)).containsExactly("gpu_kv{e=\"0\"} 115=2");
    assertThat(matrix(query.instant("kv[1m]", second(115))))
        .containsExactly("kv{e=\"0\"} 100=1 110=2");
    assertThat(query.series(List.of("gpu_kv"), PromTime.EARLIEST, PromTime.LATEST))
        .extracting(SeriesKey::toString)
        .containsExactly("gpu_kv{e=\"0\"}");
  }

  @Test
  void aNameInBracesMeansTheStoredNameAlone() {
    samples.with("old_kv", 100, 1);
    assertThat(vector("{__name__=\"kv\"}", 105)).isEmpty();
    assertThat(vector("{__name__=\"old_kv\"}", 105)).hasSize(1);
    assertThat(query.series(List.of("{__name__=\"kv\"}"), second(0), second(999))).isEmpty();
  }

  @Test
  void seriesLabelsAndValuesAreListed() {
    samples.with("up{i=\"1\",job=\"vllm\"}", 100, 1).with("kv{e=\"0\",i=\"2\"}", 200, 1);
    assertThat(query.series(List.of("up", "kv{e=\"0\"}", "up"), second(0), second(999)))
        .extracting(SeriesKey::toString)
        .containsExactly("kv{e=\"0\",i=\"2\"}", "up{i=\"1\",job=\"vllm\"}");
    assertThat(query.series(List.of("{i=~\".+\"}"), second(150), second(999)))
        .extracting(SeriesKey::name)
        .containsExactly("kv");
    assertThat(query.labels(List.of(), second(0), second(999)))
        .containsExactly("__name__", "e", "i", "job");
    assertThat(query.labels(List.of("up"), second(0), second(999)))
        .containsExactly("__name__", "i", "job");
    assertThat(query.labels(List.of(), second(900), second(999))).isEmpty();
    assertThat(query.labelValues("__name__", List.of(), second(0), second(999)))
        .containsExactly("kv", "up");
    assertThat(query.labelValues("i", List.of(), second(0), second(999))).containsExactly("1", "2");
    assertThat(query.labelValues("i", List.of("up"), second(0), second(999))).containsExactly("1");
    assertThat(query.labelValues("absent", List.of(), second(0), second(999))).isEmpty();
  }

  @Test
  void metadataCoversEveryNameOfAFamily() {
    PromQuery.Metadata kv = new PromQuery.Metadata("gauge", "Use of the cache.", "ratio");
    assertThat(query.metadata(null)).containsOnlyKeys("gpu_kv", "kv", "old_kv", "ttft");
    assertThat(query.metadata("old_kv")).containsOnlyKeys("old_kv").containsValue(List.of(kv));
    assertThat(query.metadata("none")).isEmpty();
  }

  @Test
  void wrongParametersAreNamed() {
    refused(ErrorCode.HTTP_BAD_REQUEST, () -> query.series(List.of(), second(0), second(1)));
    refused(ErrorCode.HTTP_BAD_REQUEST, () -> query.labels(List.of(), second(1), second(0)));
    refused(
        ErrorCode.HTTP_BAD_REQUEST,
        () -> query.labelValues("a-b", List.of(), second(0), second(1)));
    refused(
        ErrorCode.HTTP_BAD_REQUEST,
        () -> query.range("up", second(1), second(0), Duration.ofSeconds(1)));
    refused(
        ErrorCode.HTTP_BAD_REQUEST, () -> query.range("up", second(0), second(1), Duration.ZERO));
    refused(ErrorCode.QUERY_MALFORMED, () -> query.series(List.of("up[5m]"), second(0), second(1)));
    refused(
        ErrorCode.QUERY_MALFORMED,
        () -> query.series(List.of("up offset 1m"), second(0), second(1)));
    refused(ErrorCode.QUERY_MALFORMED, () -> query.series(List.of("1"), second(0), second(1)));
    refused(ErrorCode.QUERY_MALFORMED, () -> query.series(List.of("(up)"), second(0), second(1)));
    refused(ErrorCode.QUERY_MALFORMED, () -> query.series(List.of("{}"), second(0), second(1)));
    refused(
        ErrorCode.QUERY_MALFORMED,
        () -> query.range("up[5m]", second(0), second(1), Duration.ofSeconds(1)));
    refused(
        ErrorCode.QUERY_MALFORMED,
        () -> query.range("'x'", second(0), second(1), Duration.ofSeconds(1)));
  }

  @Test
  void moreThanElevenThousandStepsAreTooMany() {
    assertThat(
            query
                .range("1", second(0), second(11_000), Duration.ofSeconds(1))
                .series()
                .get(0)
                .size())
        .isEqualTo(11_001);
    refused(
        ErrorCode.QUERY_TOO_LARGE,
        () -> query.range("1", second(0), second(11_001), Duration.ofSeconds(1)));
  }

  @Test
  void samplesPointsAndSeriesAreLimited() {
    samples.with("up{i=\"1\"}", 1, 1, 2, 2, 3, 3).with("up{i=\"2\"}", 1, 1);
    Duration deadline = Duration.ofSeconds(5);
    Duration lookback = Duration.ofMinutes(5);
    PromQuery fewSamples = query(new QueryLimits(deadline, lookback, 3, 3, 11_000, 10));
    refused(ErrorCode.QUERY_TOO_LARGE, () -> fewSamples.instant("up[1m]", second(3)));
    assertThat(fewSamples.instant("up{i=\"1\"}[1m]", second(3))).isNotNull();
    refused(
        ErrorCode.QUERY_TOO_LARGE,
        () -> fewSamples.range("up{i=\"2\"}", second(1), second(4), Duration.ofSeconds(1)));
    PromQuery oneSeries = query(new QueryLimits(deadline, lookback, 100, 100, 11_000, 1));
    refused(ErrorCode.QUERY_TOO_LARGE, () -> oneSeries.instant("up", second(3)));
    refused(ErrorCode.QUERY_TOO_LARGE, () -> oneSeries.series(List.of("up"), second(0), second(9)));
  }

  @Test
  void aQueryBeyondItsDeadlineEnds() {
    samples.with("up", 1, 1);
    PromQuery slow =
        new PromQuery(
            samples.store,
            samples.catalog,
            QueryLimits.standard(),
            () -> nanos.addAndGet(Duration.ofSeconds(6).toNanos()));
    refused(ErrorCode.QUERY_TIMEOUT, () -> slow.instant("up", second(1)));
    refused(
        ErrorCode.QUERY_TIMEOUT,
        () -> slow.range("up", second(1), second(2), Duration.ofSeconds(1)));
    refused(ErrorCode.QUERY_TIMEOUT, () -> slow.series(List.of("up"), second(0), second(1)));
  }

  private static void refused(ErrorCode code, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            MonitorException.class, e -> assertThat(e.code()).as(e.getMessage()).isEqualTo(code));
  }

  private List<String> vector(String expression, double at) {
    VectorResult vector = (VectorResult) query.instant(expression, second(at));
    return vector.samples().stream()
        .map(
            sample ->
                sample.series()
                    + " "
                    + Texts.seconds(sample.at().toEpochMilli())
                    + "="
                    + Texts.plain(sample.value()))
        .toList();
  }

  private static List<String> matrix(QueryResult result) {
    return ((MatrixResult) result).series().stream().map(Samples::text).toList();
  }
}
