package io.vllmmonitor.persistence.series;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.sample.SeriesData;
import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.api.sample.SeriesRollup;
import io.vllmmonitor.api.sample.SeriesSelector;
import io.vllmmonitor.persistence.rollup.RollupFiles;
import io.vllmmonitor.persistence.series.HourVersions.Hour;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * Answers for aggregates from the coarsest tier that divides their length, hour by hour: where an
 * hour's aggregates are not those of its samples (yet), from the samples. Made per query, used by
 * one thread.
 */
final class RollupPlanner {
  private final Partitions partitions;
  private final RollupFiles rollups;
  private final SeriesSelector selector;
  private final Predicate<SeriesKey> wanted;
  private final int most;
  private final Map<Long, Map<Hour, Long>> versionsOfDay = new HashMap<>();

  RollupPlanner(
      Partitions partitions,
      RollupFiles rollups,
      SeriesSelector selector,
      Predicate<SeriesKey> wanted,
      int most) {
    this.partitions = partitions;
    this.rollups = rollups;
    this.selector = selector;
    this.wanted = wanted;
    this.most = most;
  }

  /** The samples of a span: start exclusive, end inclusive. */
  interface Samples {
    List<SeriesData> read(long start, long end);
  }

  List<SeriesRollup> read(long from, long to, long resolution, Samples samples) {
    if (resolution < 1_000 || from % resolution != 0 || to % resolution != 0) {
      throw new IllegalArgumentException(
          "A span from " + from + " to " + to + " ms has no aggregates of " + resolution + " ms");
    }
    long tier = tierFor(resolution);
    Map<SeriesKey, RollupBuilder> found = new TreeMap<>();
    long at = from;
    while (at < to) {
      boolean ready = tier > 0 && isReady(at);
      long end = endOfRun(at, to, tier, ready);
      if (ready) {
        long doubts = rollups.doubts();
        List<SeriesRollup> parts = rollups.read(wanted, at, end, tier, Integer.MAX_VALUE);
        if (rollups.doubts() != doubts) {
          continue; // some were found damaged: those hours are not ready after all
        }
        for (SeriesRollup part : parts) {
          builder(found, part.series(), resolution).addAll(part);
        }
      } else {
        for (SeriesData part : samples.read(at, end)) {
          builder(found, part.series(), resolution)
              .addAll(SeriesRollup.of(part, tier > 0 ? tier : resolution));
        }
      }
      at = end;
    }
    return finish(found);
  }

  private static RollupBuilder builder(
      Map<SeriesKey, RollupBuilder> found, SeriesKey key, long resolution) {
    return found.computeIfAbsent(key, unused -> new RollupBuilder(resolution));
  }

  /** 0 when there is none. */
  private static long tierFor(long resolution) {
    if (resolution % RollupFiles.HOUR == 0) {
      return RollupFiles.HOUR;
    }
    boolean divides = resolution % RollupFiles.MINUTE == 0 && RollupFiles.HOUR % resolution == 0;
    return divides ? RollupFiles.MINUTE : 0;
  }

  /** As far as the hours are of the same readiness. */
  private long endOfRun(long at, long to, long tier, boolean ready) {
    if (tier == 0) {
      return to;
    }
    long end = at;
    while (end < to && isReady(end) == ready) {
      end = Math.min(to, Math.floorDiv(end, Hours.MILLIS) * Hours.MILLIS + Hours.MILLIS);
    }
    return end;
  }

  /** Whether the aggregates of the hour after a moment are those of all its samples. */
  private boolean isReady(long after) {
    long start = Math.floorDiv(after, Hours.MILLIS) * Hours.MILLIS;
    long end = start + Hours.MILLIS;
    boolean samplesThere = false;
    for (long day : partitions.days(Days.of(start + 1), Days.of(end))) {
      samplesThere = true;
      if (partitions.with(day, partition -> partition.hasJournal(start + 1, end))) {
        return false;
      }
    }
    if (!samplesThere) {
      return true; // the samples are gone, or there never were any
    }
    Map<String, Long> made = rollups.versions(end);
    for (Map.Entry<Hour, Long> hour : versions(Days.of(end - 1)).entrySet()) {
      if (hour.getKey().end() == end && !hour.getValue().equals(made.get(hour.getKey().target()))) {
        return false;
      }
    }
    return true;
  }

  private Map<Hour, Long> versions(long day) {
    return versionsOfDay.computeIfAbsent(day, unused -> HourVersions.of(partitions, day));
  }

  private List<SeriesRollup> finish(Map<SeriesKey, RollupBuilder> found) {
    List<SeriesRollup> answer = new ArrayList<>(found.size());
    long count = 0;
    for (Map.Entry<SeriesKey, RollupBuilder> one : found.entrySet()) {
      SeriesRollup rollup = one.getValue().build(one.getKey());
      count += rollup.size();
      if (rollup.size() > 0) {
        answer.add(rollup);
      }
    }
    if (count > most) {
      throw new MonitorException(
          ErrorCode.QUERY_TOO_LARGE,
          Blame.OPERATOR,
          selector
              + " has "
              + count
              + " aggregates in the span, at most "
              + most
              + " may be read at once; ask for a shorter span, fewer series or a larger step");
    }
    return List.copyOf(answer);
  }
}
