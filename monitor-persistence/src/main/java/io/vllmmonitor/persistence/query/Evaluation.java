package io.vllmmonitor.persistence.query;

import static io.vllmmonitor.api.error.ErrorCode.QUERY_TOO_LARGE;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.sample.Sample;
import io.vllmmonitor.api.sample.SeriesData;
import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.api.sample.StaleMarker;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Evaluates one selector. Confined to one query. */
final class Evaluation {
  private final AliasedSeries series;
  private final QueryLimits limits;
  private final Deadline deadline;

  Evaluation(AliasedSeries series, QueryLimits limits, Deadline deadline) {
    this.series = series;
    this.limits = limits;
    this.deadline = deadline;
  }

  /** The value of each series at one moment. */
  QueryResult.VectorResult values(Expression.Series selector, long at) {
    long moment = selector.momentFor(at);
    Optional<List<Sample>> newestOnes =
        series.latest(selector, Instant.ofEpochMilli(moment - lookback()));
    deadline.check();
    if (newestOnes.isPresent() && areNoneAfter(newestOnes.get(), moment)) {
      return values(newestOnes.get(), moment, at);
    }
    List<Sample> samples = new ArrayList<>();
    for (SeriesData data : read(selector, moment - lookback(), moment)) {
      int newest = data.size() - 1;
      if (newest >= 0 && !StaleMarker.is(data.value(newest))) {
        samples.add(new Sample(data.series(), Instant.ofEpochMilli(at), data.value(newest)));
      }
    }
    return new QueryResult.VectorResult(samples);
  }

  private static boolean areNoneAfter(List<Sample> samples, long moment) {
    for (Sample sample : samples) {
      if (sample.at().toEpochMilli() > moment) {
        return false;
      }
    }
    return true;
  }

  /** Nothing is newer than these, so they are the values, without a look at older samples. */
  private QueryResult.VectorResult values(List<Sample> newest, long moment, long at) {
    Instant shown = Instant.ofEpochMilli(at);
    List<Sample> samples = new ArrayList<>(newest.size());
    for (Sample sample : newest) {
      boolean fresh = sample.at().toEpochMilli() >= moment - lookback();
      if (fresh && !StaleMarker.is(sample.value())) {
        samples.add(new Sample(sample.series(), shown, sample.value()));
      }
    }
    if (samples.size() > limits.maxSeries()) {
      throw tooLarge("finds " + samples.size() + " series, at most " + limits.maxSeries());
    }
    return new QueryResult.VectorResult(samples);
  }

  /** The samples of each series as they were stored, without stale markers; left-open. */
  QueryResult.MatrixResult samples(Expression.Series selector, long at) {
    long moment = selector.momentFor(at);
    List<SeriesData> rows = new ArrayList<>();
    series.scan(
        selector,
        Instant.ofEpochMilli(moment - selector.range() + 1),
        Instant.ofEpochMilli(moment),
        limits.maxSamples(),
        limits.maxSamples(),
        (key, times, values, count) -> {
          deadline.check();
          SeriesData row = withoutStaleMarkers(key, times, values, count);
          if (row.size() > 0) {
            rows.add(row);
          }
          requireFew(rows);
        });
    deadline.check();
    rows.sort(Comparator.comparing(SeriesData::series));
    return new QueryResult.MatrixResult(rows);
  }

  private void requireFew(List<SeriesData> found) {
    if (found.size() > limits.maxSeries()) {
      throw tooLarge("finds " + found.size() + " series, at most " + limits.maxSeries());
    }
  }

  /** The value of each series at every step. */
  QueryResult.MatrixResult values(Expression.Series selector, Steps steps) {
    long from = selector.momentFor(steps.start()) - lookback();
    List<SeriesData> rows = new ArrayList<>();
    long points = 0;
    for (SeriesData data : read(selector, from, selector.momentFor(steps.last()))) {
      SeriesData row = row(selector, steps, data);
      if (row != null) {
        rows.add(row);
        points += row.size();
      }
      if (points > limits.maxSamples()) {
        throw tooLarge("makes more than " + limits.maxSamples() + " points");
      }
      deadline.check();
    }
    return new QueryResult.MatrixResult(rows);
  }

  private @Nullable SeriesData row(Expression.Series selector, Steps steps, SeriesData data) {
    long[] times = new long[steps.count()];
    double[] values = new double[steps.count()];
    int found = 0;
    int next = 0; // the first sample after the moment
    for (int i = 0; i < steps.count(); i++) {
      long moment = selector.momentFor(steps.at(i));
      while (next < data.size() && data.epochMillis(next) <= moment) {
        next++;
      }
      boolean fresh = next > 0 && data.epochMillis(next - 1) >= moment - lookback();
      if (fresh && !StaleMarker.is(data.value(next - 1))) {
        times[found] = steps.at(i);
        values[found++] = data.value(next - 1);
      }
    }
    return found == 0
        ? null
        : new SeriesData(data.series(), Arrays.copyOf(times, found), Arrays.copyOf(values, found));
  }

  private List<SeriesData> read(Expression.Series selector, long from, long to) {
    Instant start = Instant.ofEpochMilli(from);
    Instant end = Instant.ofEpochMilli(to);
    List<SeriesData> found =
        selector.exact()
            ? series.readExactly(selector.selector(), start, end, limits.maxSamples())
            : series.read(selector.selector(), start, end, limits.maxSamples());
    deadline.check();
    requireFew(found);
    return found;
  }

  private static MonitorException tooLarge(String what) {
    return new MonitorException(
        QUERY_TOO_LARGE,
        Blame.OPERATOR,
        "The query " + what + "; narrow the selector or ask with a larger step");
  }

  private static SeriesData withoutStaleMarkers(
      SeriesKey series, long[] epochMillis, double[] values, int count) {
    long[] keptTimes = Arrays.copyOf(epochMillis, count);
    double[] keptValues = Arrays.copyOf(values, count);
    int kept = 0;
    for (int i = 0; i < count; i++) {
      if (!StaleMarker.is(values[i])) {
        keptTimes[kept] = epochMillis[i];
        keptValues[kept++] = values[i];
      }
    }
    return kept == count
        ? new SeriesData(series, keptTimes, keptValues)
        : new SeriesData(series, Arrays.copyOf(keptTimes, kept), Arrays.copyOf(keptValues, kept));
  }

  private long lookback() {
    return limits.lookback().toMillis();
  }
}
