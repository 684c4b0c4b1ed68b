package io.vllmmonitor.core.rehearsal;

import static io.vllmmonitor.api.error.ErrorCode.QUERY_TOO_LARGE;

import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.history.History;
import io.vllmmonitor.api.sample.LabelMatcher;
import io.vllmmonitor.api.sample.SeriesData;
import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.api.sample.SeriesSelector;
import io.vllmmonitor.api.target.TargetId;
import io.vllmmonitor.core.view.Windows;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads the samples of one target from the history, within a budget. Stateless but for that. */
final class StoredSamples {
  /** How many samples are held at once; 16 bytes each. */
  static final int BUDGET = 2 << 20;

  private static final String UP = "up";

  private final History history;
  private final TargetId target;

  StoredSamples(History history, TargetId target) {
    this.history = history;
    this.target = target;
  }

  /** Samples up to an instant, which is before the end that was asked for where not all fit. */
  record Part(List<SeriesData> data, long untilMillis) {}

  /** The instants of all scrapes between two, failed ones included, oldest first. */
  long[] ticks(Instant from, Instant to) {
    List<SeriesData> ups =
        history.metrics(ofTarget(SeriesSelector.ofName(UP)), from, to, BUDGET).stream()
            .filter(series -> series.series().labels().size() == 2) // job and instance: our own
            .toList();
    int size = ups.stream().mapToInt(SeriesData::size).sum();
    long[] ticks = new long[size];
    int next = 0;
    for (SeriesData up : ups) {
      for (int i = 0; i < up.size(); i++) {
        ticks[next++] = up.epochMillis(i);
      }
    }
    return Arrays.stream(ticks).sorted().distinct().toArray();
  }

  /**
   * The samples of some metrics.
   *
   * @param names of the metrics; null means all
   * @throws MonitorException QUERY_TOO_LARGE when not even a minute of them fits
   */
  Part read(@Nullable Collection<String> names, long from, long to) {
    long until = to;
    while (true) {
      try {
        return new Part(readAll(names, from, until), until);
      } catch (MonitorException e) {
        if (e.code() != QUERY_TOO_LARGE || until - from < 60_000) {
          throw e;
        }
        until = from + (until - from) / 2;
      }
    }
  }

  /**
   * The samples of some metrics; where not all fit, those nearest to the end.
   *
   * @param names of the metrics; null means all
   * @throws MonitorException QUERY_TOO_LARGE when not even a minute of them fits
   */
  List<SeriesData> readBack(@Nullable Collection<String> names, long from, long to) {
    long since = from;
    while (true) {
      try {
        return readAll(names, since, to);
      } catch (MonitorException e) {
        if (e.code() != QUERY_TOO_LARGE || to - since < 60_000) {
          throw e;
        }
        since += (to - since) / 2;
      }
    }
  }

  /**
   * All samples between two instants, as much as windows can hold.
   *
   * @throws MonitorException QUERY_TOO_LARGE beyond that
   */
  List<SeriesData> whole(long from, long to) {
    return history.metrics(
        ofTarget(SeriesSelector.all()),
        Instant.ofEpochMilli(from),
        Instant.ofEpochMilli(to),
        Windows.MOST_CELLS);
  }

  private List<SeriesData> readAll(@Nullable Collection<String> names, long from, long to) {
    Instant start = Instant.ofEpochMilli(from);
    Instant end = Instant.ofEpochMilli(to);
    if (names == null) {
      return history.metrics(ofTarget(SeriesSelector.all()), start, end, BUDGET);
    }
    Map<SeriesKey, SeriesData> found = new LinkedHashMap<>();
    long left = BUDGET;
    for (String name : names) {
      List<SeriesData> part =
          history.metrics(
              ofTarget(SeriesSelector.ofName(name)), start, end, (int) Math.max(1, left));
      for (SeriesData series : part) {
        found.put(series.series(), series);
        left -= series.size();
      }
    }
    return new ArrayList<>(found.values());
  }

  private SeriesSelector ofTarget(SeriesSelector selector) {
    return selector.and(
        new LabelMatcher("instance", LabelMatcher.Operator.EQUAL, target.instance()));
  }
}
