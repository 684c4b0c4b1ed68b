package io.vllmmonitor.core.engine;

import static io.vllmmonitor.api.error.ErrorCode.QUERY_TOO_LARGE;

import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.history.History;
import io.vllmmonitor.api.history.RestoreReport;
import io.vllmmonitor.api.sample.LabelMatcher;
import io.vllmmonitor.api.sample.SeriesData;
import io.vllmmonitor.api.sample.SeriesSelector;
import io.vllmmonitor.api.target.TargetId;
import io.vllmmonitor.core.view.Windows;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Fills the windows of a target from the store at a start. Reads as much of the last two hours as
 * fits; where that is too much it reads half of it, and so on. Immutable.
 *
 * @param newest the time of the newest sample; null when the store has none of that time
 */
record RestoredWindows(@Nullable Instant newest, RestoreReport.Item item) {
  private static final Duration REACH = Duration.ofMinutes(Windows.MOST_MINUTES);
  private static final Duration LEAST = Duration.ofMinutes(1);

  static RestoredWindows fill(Windows windows, History history, TargetId target, Instant now) {
    Duration reach = REACH;
    while (true) {
      try {
        List<SeriesData> data =
            history.metrics(ofTarget(target), now.minus(reach), now, Windows.MOST_CELLS);
        windows.restore(data);
        return of(target, data, reach);
      } catch (MonitorException e) {
        if (e.code() != QUERY_TOO_LARGE || reach.compareTo(LEAST) <= 0) {
          throw e;
        }
        reach = reach.dividedBy(2);
      }
    }
  }

  private static SeriesSelector ofTarget(TargetId target) {
    return SeriesSelector.all()
        .and(new LabelMatcher("instance", LabelMatcher.Operator.EQUAL, target.instance()));
  }

  private static RestoredWindows of(TargetId target, List<SeriesData> data, Duration reach) {
    long samples = 0;
    long newest = Long.MIN_VALUE;
    for (SeriesData series : data) {
      samples += series.size();
      newest = Math.max(newest, series.epochMillis(series.size() - 1));
    }
    if (samples == 0) {
      return new RestoredWindows(
          null, item(target, RestoreReport.Status.FRESH, "no samples of the last two hours", null));
    }
    Instant asOf = Instant.ofEpochMilli(newest);
    String detail = samples + " samples of " + data.size() + " series in the windows";
    return reach.equals(REACH)
        ? new RestoredWindows(asOf, item(target, RestoreReport.Status.RESTORED, detail, asOf))
        : new RestoredWindows(
            asOf,
            item(
                target,
                RestoreReport.Status.CHANGED,
                detail
                    + ", of the last "
                    + reach.toMinutes()
                    + " min only, since more does not fit",
                asOf));
  }

  private static RestoreReport.Item item(
      TargetId target, RestoreReport.Status status, String detail, @Nullable Instant asOf) {
    return new RestoreReport.Item("metrics", target.instance(), status, detail, asOf);
  }
}
