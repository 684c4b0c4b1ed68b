package io.vllmmonitor.persistence.series;

import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.sample.SeriesData;
import io.vllmmonitor.persistence.rollup.HourAggregator;
import io.vllmmonitor.persistence.rollup.RollupFiles;
import io.vllmmonitor.persistence.rollup.SeriesHour;
import io.vllmmonitor.persistence.series.HourVersions.Hour;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** One round of care for day files: seal, merge, aggregate. */
final class Maintenance {
  /** Small blocks of this many rows together are worth a merge while the day goes on. */
  private static final int WORTH_A_MERGE = 3_000;

  private final SqliteSeriesStore store;
  private final Partitions partitions;
  private final RollupFiles rollups;
  private final boolean everything;
  private final long now;

  private Maintenance(
      SqliteSeriesStore store,
      Partitions partitions,
      RollupFiles rollups,
      boolean everything,
      long now) {
    this.store = store;
    this.partitions = partitions;
    this.rollups = rollups;
    this.everything = everything;
    this.now = now;
  }

  /**
   * @param everything whether all that waits is moved and aggregated, however little it is
   */
  static void run(
      SqliteSeriesStore store,
      Partitions partitions,
      RollupFiles rollups,
      SeriesOptions options,
      InstantSource clock,
      List<Long> days,
      boolean everything) {
    long now = clock.millis();
    Maintenance round = new Maintenance(store, partitions, rollups, everything, now);
    for (long day : days) {
      boolean all = everything || day < Days.of(now);
      round.compact(day, all ? 1 : options.batchSize(), all ? 1 : WORTH_A_MERGE);
    }
    round.aggregate(days);
  }

  /** The space of journal rows is used again while the day goes on, and given back at its end. */
  private void compact(long day, int batch, int least) {
    boolean unused =
        partitions.with(
            day,
            partition -> {
              for (String target : partition.targets()) {
                partition.seal(target, batch);
                partition.merge(target, least);
              }
              if (least == 1) {
                partition.file().shrink();
              }
              return true;
            });
  }

  private void aggregate(List<Long> days) {
    for (long day : days) {
      for (Map.Entry<Hour, Long> hour : HourVersions.of(partitions, day).entrySet()) {
        long end = hour.getKey().end();
        String target = hour.getKey().target();
        if ((everything || end < now)
            && !hour.getValue().equals(rollups.versions(end).get(target))) {
          aggregate(end, target, hour.getValue());
        }
      }
    }
  }

  private void aggregate(long end, String target, long version) {
    List<SeriesHour> hours = new ArrayList<>();
    HourAggregator aggregator = new HourAggregator();
    for (SeriesData data : store.readTarget(target, end - Hours.MILLIS + 1, end)) {
      aggregator.begin(end);
      for (int i = 0; i < data.size(); i++) {
        aggregator.add(data.epochMillis(i), data.value(i));
      }
      SeriesHour hour = aggregator.finish(data.series());
      if (!hour.isEmpty()) {
        hours.add(hour);
      }
    }
    try {
      rollups.write(end, target, version, hours);
    } catch (MonitorException e) {
      if (e.code() != ErrorCode.STORE_DAMAGED) {
        throw e;
      }
      rollups.write(end, target, version, hours); // the damaged file was set aside
    }
  }
}
