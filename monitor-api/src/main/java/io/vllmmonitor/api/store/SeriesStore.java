package io.vllmmonitor.api.store;

import io.vllmmonitor.api.sample.Sample;
import io.vllmmonitor.api.sample.SampleBatch;
import io.vllmmonitor.api.sample.SeriesData;
import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.api.sample.SeriesSelector;
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
 * so NaN payloads and −0 matter.
 */
public interface SeriesStore extends AutoCloseable {
  Set<Capability> capabilities();

  /**
   * Stores batches; when it returns they are durable as far as the store declares it.
   *
   * @throws io.vllmmonitor.api.error.MonitorException STORE_FULL, STORE_IO or STORE_CLOSED; then
   *     none of the batches was stored
   */
  AppendResult append(List<SampleBatch> batches);

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

  /** The newest sample of every matching series, stale markers included, sorted by series. */
  List<Sample> latest(SeriesSelector selector);

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
