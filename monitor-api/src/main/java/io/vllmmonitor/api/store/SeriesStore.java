package io.vllmmonitor.api.store;

import io.vllmmonitor.api.extension.Incubating;
import io.vllmmonitor.api.sample.Sample;
import io.vllmmonitor.api.sample.SampleBatch;
import io.vllmmonitor.api.sample.SeriesData;
import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.api.sample.SeriesRollup;
import io.vllmmonitor.api.sample.SeriesSelector;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;

/**
 * Keeps samples bit for bit. One batch is whole or absent. Reads see committed samples only.
 * Thread-safe; appends are serialised by the store.
 *
 * <p>Rules of order, per series: older than the newest → rejected OUT_OF_ORDER; same time and same
 * bits → stored already, a no-op; same time and other bits → rejected DUPLICATE_TIMESTAMP; more
 * than 10 min ahead of the clock → rejected TOO_FAR_AHEAD. Values are compared by their raw bits,
 * so NaN payloads and −0 matter. {@link AppendMode} says which samples may be older.
 *
 * <p>Where two late samples of one series have one time, reads give the one with the greater raw
 * bits (as unsigned numbers), so that the order of merging does not matter. Damaged samples are
 * never given: they are counted and told as problems, the rest is served.
 */
@Incubating(review = "2027-03-01")
public interface SeriesStore extends AutoCloseable {
  /** What this store can do. */
  Set<Capability> capabilities();

  /**
   * Stores batches; when it returns they are durable as far as the store declares it.
   *
   * @throws io.vllmmonitor.api.error.MonitorException STORE_FULL, STORE_IO or STORE_CLOSED; then
   *     none of the batches was stored
   */
  AppendResult append(List<SampleBatch> batches, AppendMode mode);

  /** Stores what was scraped. */
  default AppendResult append(List<SampleBatch> batches) {
    return append(batches, AppendMode.SCRAPED);
  }

  /**
   * Moves all samples into their final, compact form and brings all aggregates up to date. Samples
   * are durable without it; called for maintenance and before measuring sizes. Blocks; a store
   * without such forms does nothing.
   */
  default void flush() {}

  /** The series that have a sample in the span (both ends inclusive), sorted. */
  List<SeriesKey> series(SeriesSelector selector, Instant from, Instant to);

  /**
   * The samples of all matching series in the span (both ends inclusive), series sorted, samples
   * oldest first, stale markers included. Series without a sample in the span are left out.
   *
   * @param maxSamples a limit over all series together
   * @throws io.vllmmonitor.api.error.MonitorException QUERY_TOO_LARGE when there are more; nothing
   *     is cut silently
   */
  List<SeriesData> read(SeriesSelector selector, Instant from, Instant to, int maxSamples);

  /**
   * Hands the samples of all matching series in the span (both ends inclusive) to a visitor, series
   * by series in any order, each once. What {@link #read} gives, for functions that reduce samples
   * and need not hold them; stores that can spare copies override it.
   *
   * @param maxSamples a limit over all series together
   * @throws io.vllmmonitor.api.error.MonitorException QUERY_TOO_LARGE when there are more; some
   *     series may have been visited by then
   */
  default void scan(
      SeriesSelector selector, Instant from, Instant to, int maxSamples, SampleVisitor visitor) {
    for (SeriesData data : read(selector, from, to, maxSamples)) {
      long[] times = new long[data.size()];
      double[] values = new double[data.size()];
      data.copyTo(times, values);
      visitor.series(data.series(), times, values, data.size());
    }
  }

  /**
   * The newest sample of every matching series, stale markers included, sorted by series. A series
   * that has had none since {@link #latestSince} may be left out.
   */
  List<Sample> latest(SeriesSelector selector);

  /**
   * Since when a series must have had a sample to be sure to be told by {@link #latest}: a store
   * need not look for series that ended long ago. {@link Instant#MIN} means that all are told.
   */
  default Instant latestSince() {
    return Instant.MIN;
  }

  /**
   * Aggregates of all matching series, series sorted, oldest first; series without a sample in the
   * span are left out. The spans of the aggregates are {@code (end − resolution, end]}, their ends
   * multiples of the resolution since 1970; stores may answer from aggregates made earlier.
   *
   * @param from exclusive, a multiple of the resolution
   * @param to inclusive, a multiple of the resolution
   * @param resolution whole seconds
   * @param maxAggregates a limit over all series together
   * @throws io.vllmmonitor.api.error.MonitorException QUERY_TOO_LARGE when there are more, or more
   *     samples must be read than 50 million
   */
  default List<SeriesRollup> rollup(
      SeriesSelector selector, Instant from, Instant to, Duration resolution, int maxAggregates) {
    return SeriesRollups.ofSamples(this, selector, from, to, resolution, maxAggregates);
  }

  /** What can be forgotten, oldest first; empty where nothing can. */
  default List<SeriesPart> parts() {
    return List.of();
  }

  /**
   * Forgets parts for good and gives their space back; unknown names are passed over.
   *
   * @throws io.vllmmonitor.api.error.MonitorException STORE_IO; then some parts may be left
   */
  default void remove(Set<String> parts) {
    if (!parts.isEmpty()) {
      throw new UnsupportedOperationException("This store forgets nothing");
    }
  }

  /** How many samples and series are kept. */
  Statistics statistics();

  @Override
  void close();

  /**
   * Sizes of the store.
   *
   * @param bytes on disk; 0 for a store in memory
   */
  record Statistics(long series, long samples, long bytes) {}
}
