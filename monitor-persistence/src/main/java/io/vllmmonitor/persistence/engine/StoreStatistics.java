package io.vllmmonitor.persistence.engine;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.store.RecordKind;
import io.vllmmonitor.api.store.SeriesStore;
import io.vllmmonitor.persistence.sqlite.StoreCounters;
import java.util.Map;

/**
 * Sizes of the stores at one moment and what happened since they were opened. Immutable.
 *
 * @param recordBytes of {@code monitor.db} and its log
 * @param records rows by kind
 */
public record StoreStatistics(
    SeriesStore.Statistics series,
    long recordBytes,
    Map<RecordKind, Long> records,
    StoreCounters.Reading counters) {
  public StoreStatistics {
    requireNonNull(series, "series");
    records = Map.copyOf(records);
    requireNonNull(counters, "counters");
  }
}
