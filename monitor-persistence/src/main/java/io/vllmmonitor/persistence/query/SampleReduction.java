package io.vllmmonitor.persistence.query;

import static io.vllmmonitor.api.error.ErrorCode.QUERY_TOO_LARGE;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.sample.SeriesData;
import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.api.sample.StaleMarker;
import io.vllmmonitor.api.store.SampleVisitor;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Applies a function to the samples of one series after the other as the store hands them over.
 * Confined to one query.
 */
final class SampleReduction implements SampleVisitor {
  private final Expression.Function call;
  private final Steps steps;
  private final QueryLimits limits;
  private final Deadline deadline;
  private final RangeWindow window;
  private final long[] stepTimes;
  private final double[] stepValues;
  private final List<SeriesData> rows = new ArrayList<>();
  private long points;
  private long[] keptTimes = new long[0];
  private double[] keptValues = new double[0];

  SampleReduction(Expression.Function call, Steps steps, QueryLimits limits, Deadline deadline) {
    this.call = call;
    this.steps = steps;
    this.limits = limits;
    this.deadline = deadline;
    this.window = new RangeWindow(call.function(), call.parameter());
    this.stepTimes = new long[steps.count()];
    this.stepValues = new double[steps.count()];
  }

  /** What was made so far, in the order of the store. */
  List<SeriesData> rows() {
    return rows;
  }

  @Override
  public void series(SeriesKey series, long[] epochMillis, double[] values, int count) {
    deadline.check();
    int stale = firstStale(values, count);
    SeriesData row;
    if (stale == count) {
      row = row(series, epochMillis, values, count);
    } else {
      int kept = keep(epochMillis, values, count, stale);
      row = row(series, keptTimes, keptValues, kept);
    }
    if (row != null) {
      rows.add(row);
      points += row.size();
      if (points > limits.maxSamples()) {
        throw new MonitorException(
            QUERY_TOO_LARGE,
            Blame.OPERATOR,
            "The query makes more than "
                + limits.maxSamples()
                + " points; narrow the selector or ask with a larger step");
      }
    }
  }

  private static int firstStale(double[] values, int count) {
    int first = 0;
    while (first < count && !StaleMarker.is(values[first])) {
      first++;
    }
    return first;
  }

  /** Keeps what is no stale marker, and tells how many that are. */
  private int keep(long[] epochMillis, double[] values, int count, int stale) {
    if (keptTimes.length < count) {
      keptTimes = new long[count];
      keptValues = new double[count];
    }
    System.arraycopy(epochMillis, 0, keptTimes, 0, stale);
    System.arraycopy(values, 0, keptValues, 0, stale);
    int kept = stale;
    for (int i = stale + 1; i < count; i++) {
      if (!StaleMarker.is(values[i])) {
        keptTimes[kept] = epochMillis[i];
        keptValues[kept++] = values[i];
      }
    }
    return kept;
  }

  private @Nullable SeriesData row(SeriesKey series, long[] at, double[] values, int count) {
    int found = 0;
    int first = 0;
    int last = 0;
    for (int i = 0; i < steps.count(); i++) {
      long end = call.series().momentFor(steps.at(i));
      long start = end - call.series().range();
      while (first < count && at[first] <= start) {
        first++;
      }
      last = Math.max(last, first);
      while (last < count && at[last] <= end) {
        last++;
      }
      if (window.hasValue(last - first)) {
        stepTimes[found] = steps.at(i);
        stepValues[found++] = window.apply(at, values, first, last, start, end);
      }
    }
    return found == 0 ? null : RangeEvaluation.named(call, series, stepTimes, stepValues, found);
  }
}
