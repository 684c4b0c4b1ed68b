package io.vllmmonitor.api.sample;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.target.TargetId;
import java.time.Instant;
import java.util.List;

/**
 * Everything one scrape of one target brought, as columns: series {@code i} had value {@code i} at
 * the one instant of the batch. Immutable; the list of series may be the very same object from
 * scrape to scrape while the page keeps its shape, which lets stores recognise it at once.
 */
public final class SampleBatch {
  private final TargetId target;
  private final Instant at;
  private final List<SeriesKey> series;
  private final double[] values;

  /**
   * @param at cut to the millisecond
   * @param series copied unless already immutable
   * @param values copied; as many as there are series
   */
  public SampleBatch(TargetId target, Instant at, List<SeriesKey> series, double[] values) {
    this.target = requireNonNull(target, "target");
    this.at = Instant.ofEpochMilli(at.toEpochMilli());
    this.series = List.copyOf(series);
    this.values = values.clone();
    if (this.series.size() != values.length) {
      throw new IllegalArgumentException(
          this.series.size() + " series but " + values.length + " values in a batch of " + target);
    }
  }

  /** The target that was scraped. */
  public TargetId target() {
    return target;
  }

  /** When it was measured, to the millisecond. */
  public Instant at() {
    return at;
  }

  /** How many samples there are. */
  public int size() {
    return values.length;
  }

  /** The series, unmodifiable, in the order of the values. */
  public List<SeriesKey> series() {
    return series;
  }

  /** One series. */
  public SeriesKey series(int index) {
    return series.get(index);
  }

  /** The value of one series. */
  public double value(int index) {
    return values[index];
  }

  @Override
  public String toString() {
    return "SampleBatch[" + target + " at " + at + ", " + size() + " samples]";
  }
}
