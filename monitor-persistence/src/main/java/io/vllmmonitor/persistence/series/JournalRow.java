package io.vllmmonitor.persistence.series;

import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.persistence.series.NewestSamples.Cell;
import java.util.List;

/**
 * What of one batch is to be stored: the samples that the rules of order let through and that are
 * not there already. Not changed once made; confined to the append it belongs to.
 */
final class JournalRow {
  private final String target;
  private final long epochMillis;
  private final List<SeriesKey> series;
  private final Cell[] cells;
  private final double[] values;

  /**
   * @param target text form
   * @param series the batch's own list where nothing was left out, so that its shape is known at
   *     once
   * @param cells of the same series, in the same order
   */
  JournalRow(
      String target, long epochMillis, List<SeriesKey> series, Cell[] cells, double[] values) {
    this.target = target;
    this.epochMillis = epochMillis;
    this.series = series;
    this.cells = cells;
    this.values = values;
  }

  String target() {
    return target;
  }

  long epochMillis() {
    return epochMillis;
  }

  List<SeriesKey> series() {
    return series;
  }

  Cell[] cells() {
    return cells;
  }

  double[] values() {
    return values;
  }
}
