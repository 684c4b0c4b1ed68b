package io.vllmmonitor.persistence.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.sample.Sample;
import io.vllmmonitor.api.sample.StaleMarker;
import java.math.BigDecimal;
import java.math.MathContext;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Functions over ranges against their definitions, computed in the simplest way. */
class RangeFunctionsTest {
  private final Samples samples = new Samples();
  private final PromQuery query = query(QueryLimits.standard());

  private PromQuery query(QueryLimits limits) {
    return new PromQuery(samples.store, samples.catalog, limits, () -> 0);
  }

  private double value(String expression, double second) {
    List<Sample> found =
        ((QueryResult.VectorResult) query.instant(expression, Samples.second(second))).samples();
    assertThat(found).hasSize(1);
    assertThat(found.get(0).series().name()).isEmpty();
    return found.get(0).value();
  }

  @Test
  void deviationAndVarianceAreThoseOfAllSamples() {
    samples.with("up", 10, 1, 20, 5, 30, 3, 40, 7);
    assertThat(value("stdvar_over_time(up[1m])", 40)).isEqualTo(5);
    assertThat(value("stddev_over_time(up[1m])", 40)).isEqualTo(Math.sqrt(5));
    assertThat(value("stdvar_over_time(up[15s])", 40)).as("of 3 and 7").isEqualTo(4);
    assertThat(value("stddev_over_time(up[5s])", 40)).as("of one").isZero();
  }

  @Test
  void varianceOfLargeNumbersKeepsItsDigits() {
    Random random = new Random(3);
    for (int round = 0; round < 50; round++) {
      double offset = Math.pow(10, random.nextInt(10));
      double[] values = random.doubles(200).map(x -> offset + x).toArray();
      RangeWindow window = new RangeWindow(RangeFunction.STDVAR_OVER_TIME, 0);
      double exact = exactVariance(values);
      assertThat(window.apply(new long[200], values, 0, 200, 0, 1))
          .isCloseTo(exact, within(exact * 1e-7));
    }
  }

  private static double exactVariance(double[] values) {
    BigDecimal count = BigDecimal.valueOf(values.length);
    BigDecimal sum =
        Arrays.stream(values).mapToObj(BigDecimal::new).reduce(BigDecimal.ZERO, BigDecimal::add);
    BigDecimal mean = sum.divide(count, MathContext.DECIMAL128);
    BigDecimal squares =
        Arrays.stream(values)
            .mapToObj(value -> new BigDecimal(value).subtract(mean).pow(2))
            .reduce(BigDecimal.ZERO, BigDecimal::add);
    return squares.divide(count, MathContext.DECIMAL128).doubleValue();
  }

  @Test
  void whatIsNoNumberMakesNoNumber() {
    samples.with("up", 10, 1, 20, Double.NaN).with("wide", 10, 1, 20, Double.POSITIVE_INFINITY);
    assertThat(value("stddev_over_time(up[1m])", 30)).isNaN();
    assertThat(value("stdvar_over_time(wide[1m])", 30)).isNaN();
  }

  @Test
  void changesAndResetsAreCounted() {
    samples.with("up", 10, 1, 20, 1, 30, 2, 40, 0, 50, 0, 60, 3);
    assertThat(value("changes(up[1m])", 60)).isEqualTo(3);
    assertThat(value("resets(up[1m])", 60)).isEqualTo(1);
    assertThat(value("changes(up[5s])", 60)).as("one sample").isZero();
    assertThat(value("resets(up[5s])", 60)).isZero();
  }

  @Test
  void nanChangesOnceAndIsNoReset() {
    samples.with(
        "up", 10, 1, 20, Double.NaN, 30, Double.NaN, 40, 1, 50, StaleMarker.value(), 60, 1);
    assertThat(value("changes(up[1m])", 60)).isEqualTo(2);
    assertThat(value("resets(up[1m])", 60)).isZero();
  }

  @Test
  void everyWindowOfRandomSamplesHasTheValueOfTheDefinition() {
    Random random = new Random(5);
    for (int round = 0; round < 300; round++) {
      int count = 1 + random.nextInt(60);
      double[] values = random.ints(count, 0, 4).mapToDouble(i -> i / 2.0).toArray();
      int changes = 0;
      int resets = 0;
      for (int i = 1; i < count; i++) {
        changes += values[i] == values[i - 1] ? 0 : 1;
        resets += values[i] < values[i - 1] ? 1 : 0;
      }
      assertThat(apply(RangeFunction.CHANGES, 0, values)).isEqualTo(changes);
      assertThat(apply(RangeFunction.RESETS, 0, values)).isEqualTo(resets);
      double exact = exactVariance(values);
      assertThat(apply(RangeFunction.STDVAR_OVER_TIME, 0, values)).isCloseTo(exact, within(1e-12));
      if (round % 3 == 0) {
        Arrays.sort(values); // as those of counters are
      }
      double quantile = random.nextInt(11) / 10.0;
      assertThat(apply(RangeFunction.QUANTILE_OVER_TIME, quantile, values))
          .isCloseTo(sortedQuantile(values, quantile), within(1e-12));
    }
  }

  private static double apply(RangeFunction function, double parameter, double[] values) {
    return new RangeWindow(function, parameter)
        .apply(new long[values.length], values, 0, values.length, 0, 1);
  }

  private static double sortedQuantile(double[] values, double quantile) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    double rank = quantile * (sorted.length - 1);
    int lower = (int) rank;
    int upper = Math.min(sorted.length - 1, lower + 1);
    return sorted[lower] + (sorted[upper] - sorted[lower]) * (rank - lower);
  }

  @Test
  void aFunctionReadsMoreSamplesThanMayBeHeldButNotAnyNumber() {
    samples.with("up", 1, 1, 2, 2, 3, 3, 4, 4);
    PromQuery few =
        query(new QueryLimits(Duration.ofSeconds(5), Duration.ofMinutes(5), 2, 3, 11_000, 10));
    assertThat(few.instant("changes(up[3s])", Samples.second(4))).isNotNull();
    assertThatThrownBy(() -> few.instant("changes(up[4s])", Samples.second(4)))
        .isInstanceOfSatisfying(
            MonitorException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.QUERY_TOO_LARGE));
    assertThatThrownBy(() -> few.instant("up[3s]", Samples.second(4)))
        .isInstanceOfSatisfying(
            MonitorException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.QUERY_TOO_LARGE));
  }
}
