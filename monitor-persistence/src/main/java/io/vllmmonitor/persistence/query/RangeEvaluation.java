package io.vllmmonitor.persistence.query;

import static io.vllmmonitor.api.error.ErrorCode.QUERY_MALFORMED;
import static io.vllmmonitor.api.error.ErrorCode.QUERY_TOO_LARGE;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.sample.Sample;
import io.vllmmonitor.api.sample.SeriesData;
import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.api.sample.SeriesRollup;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Evaluates one function over the range of one selector. A range is {@code (moment − range,
 * moment]}. Functions that aggregates are enough for are answered from those that the store keeps,
 * where ranges and steps are whole minutes. Confined to one query.
 */
final class RangeEvaluation {
  private static final long MINUTE = 60_000;

  private final AliasedSeries series;
  private final QueryLimits limits;
  private final Deadline deadline;

  RangeEvaluation(AliasedSeries series, QueryLimits limits, Deadline deadline) {
    this.series = series;
    this.limits = limits;
    this.deadline = deadline;
  }

  QueryResult.VectorResult value(Expression.Function call, long at) {
    List<Sample> samples = new ArrayList<>();
    for (SeriesData row : values(call, new Steps(at, 1, 1)).series()) {
      samples.add(new Sample(row.series(), Instant.ofEpochMilli(at), row.value(0)));
    }
    return new QueryResult.VectorResult(samples);
  }

  QueryResult.MatrixResult values(Expression.Function call, Steps steps) {
    long resolution = call.function().takesAggregates() ? resolution(call, steps) : 0;
    List<SeriesData> rows =
        resolution > 0
            ? fromAggregates(call, steps, resolution).orElseGet(() -> fromSamples(call, steps))
            : fromSamples(call, steps);
    refuseTwins(rows);
    rows.sort(Comparator.comparing(SeriesData::series));
    return new QueryResult.MatrixResult(rows);
  }

  /** The longest span that ranges, steps and moments are multiples of; 0 when less than needed. */
  private static long resolution(Expression.Function call, Steps steps) {
    long moment = call.series().momentFor(steps.start());
    boolean moves = call.series().fixedAt() == null && steps.count() > 1;
    long common = divisor(call.series().range(), Math.floorMod(moment, call.series().range()));
    long resolution = moves ? divisor(common, steps.step()) : common;
    return resolution % MINUTE == 0 ? resolution : 0;
  }

  private static long divisor(long a, long b) {
    return b == 0 ? a : divisor(b, a % b);
  }

  private Optional<List<SeriesData>> fromAggregates(
      Expression.Function call, Steps steps, long resolution) {
    Expression.Series selector = call.series();
    long from = selector.momentFor(steps.start()) - selector.range();
    Optional<List<SeriesRollup>> found =
        series.rollup(
            selector,
            Instant.ofEpochMilli(from),
            Instant.ofEpochMilli(selector.momentFor(steps.last())),
            Duration.ofMillis(resolution),
            limits.maxSamples());
    deadline.check();
    return found.map(
        rollups -> {
          List<SeriesData> rows = new ArrayList<>();
          for (SeriesRollup rollup : rollups) {
            SeriesData row = row(call, steps, rollup);
            if (row != null) {
              rows.add(row);
            }
          }
          return limited(rows);
        });
  }

  private static @Nullable SeriesData row(
      Expression.Function call, Steps steps, SeriesRollup rollup) {
    long[] times = new long[steps.count()];
    double[] values = new double[steps.count()];
    int found = 0;
    int first = 0;
    for (int i = 0; i < steps.count(); i++) {
      long end = call.series().momentFor(steps.at(i));
      long start = end - call.series().range();
      while (first < rollup.size() && rollup.endMillis(first) <= start) {
        first++;
      }
      int last = first;
      while (last < rollup.size() && rollup.endMillis(last) <= end) {
        last++;
      }
      if (last > first) {
        times[found] = steps.at(i);
        values[found++] = combined(call.function(), rollup, first, last);
      }
    }
    return found == 0 ? null : named(call, rollup.series(), times, values, found);
  }

  private static double combined(RangeFunction function, SeriesRollup rollup, int from, int to) {
    long count = 0;
    double sum = 0;
    double minimum = rollup.minimum(from);
    double maximum = rollup.maximum(from);
    for (int i = from; i < to; i++) {
      count += rollup.count(i);
      sum += rollup.sum(i);
      if (rollup.minimum(i) < minimum || Double.isNaN(minimum)) {
        minimum = rollup.minimum(i);
      }
      if (rollup.maximum(i) > maximum || Double.isNaN(maximum)) {
        maximum = rollup.maximum(i);
      }
    }
    return switch (function) {
      case AVG_OVER_TIME -> sum / count;
      case SUM_OVER_TIME -> sum;
      case COUNT_OVER_TIME -> count;
      case MIN_OVER_TIME -> minimum;
      case MAX_OVER_TIME -> maximum;
      case LAST_OVER_TIME -> rollup.last(to - 1);
      case QUANTILE_OVER_TIME,
          STDDEV_OVER_TIME,
          STDVAR_OVER_TIME,
          CHANGES,
          RESETS,
          RATE,
          INCREASE,
          DELTA ->
          throw new IllegalStateException(function + " needs samples");
    };
  }

  private List<SeriesData> fromSamples(Expression.Function call, Steps steps) {
    Expression.Series selector = call.series();
    SampleReduction reduction = new SampleReduction(call, steps, limits, deadline);
    series.scan(
        selector,
        Instant.ofEpochMilli(selector.momentFor(steps.start()) - selector.range() + 1),
        Instant.ofEpochMilli(selector.momentFor(steps.last())),
        limits.maxReduced(),
        limits.maxSamples(),
        reduction);
    deadline.check();
    return limited(reduction.rows());
  }

  /** What is made of samples is another metric and has no name; the last sample is one itself. */
  static SeriesData named(
      Expression.Function call, SeriesKey key, long[] times, double[] values, int count) {
    SeriesKey named =
        call.function() == RangeFunction.LAST_OVER_TIME ? key : new SeriesKey("", key.labels());
    return new SeriesData(named, Arrays.copyOf(times, count), Arrays.copyOf(values, count));
  }

  private List<SeriesData> limited(List<SeriesData> rows) {
    if (rows.size() > limits.maxSeries()) {
      throw new MonitorException(
          QUERY_TOO_LARGE,
          Blame.OPERATOR,
          "The query finds "
              + rows.size()
              + " series, at most "
              + limits.maxSeries()
              + "; narrow the selector");
    }
    return rows;
  }

  private static void refuseTwins(List<SeriesData> rows) {
    Set<SeriesKey> keys = new HashSet<>();
    for (SeriesData row : rows) {
      if (!keys.add(row.series())) {
        throw new MonitorException(
            QUERY_MALFORMED,
            Blame.OPERATOR,
            "Several metrics have the labels "
                + row.series().labels()
                + ", and a function drops their names; name one metric, or use last_over_time");
      }
    }
  }
}
