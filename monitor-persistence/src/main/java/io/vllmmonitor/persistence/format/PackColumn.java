package io.vllmmonitor.persistence.format;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/**
 * The values of one series over the rows of a pack, and in which rows it has one. Holds the arrays
 * it was given without a copy: whoever made it leaves them alone while it is in use.
 */
public final class PackColumn {
  private final double[] values;
  private final int count;
  private final long @Nullable [] presence;

  private PackColumn(double[] values, int count, long @Nullable [] presence) {
    this.values = requireNonNull(values, "values");
    this.count = count;
    this.presence = presence;
    if (count < 0 || count > values.length) {
      throw new IllegalArgumentException(
          "A column of " + count + " values, but there are " + values.length);
    }
  }

  /** A value in every row. */
  public static PackColumn full(double[] values) {
    return new PackColumn(values, values.length, null);
  }

  /**
   * Values in some rows, or in all.
   *
   * @param values those of the rows that have one, in order; may be longer than {@code count}
   * @param presence bit {@code row % 64} of number {@code row / 64} is set where the row has a
   *     value, bits beyond the rows are 0; null means that all rows have one
   * @throws IllegalArgumentException when the bits are not as many as the values
   */
  public static PackColumn of(double[] values, int count, long @Nullable [] presence) {
    if (presence != null && Presence.count(presence) != count) {
      throw new IllegalArgumentException(
          "A column of " + count + " values in " + Presence.count(presence) + " rows");
    }
    return new PackColumn(values, count, presence);
  }

  /** How many rows have a value. */
  public int count() {
    return count;
  }

  /** The value of the n-th row that has one. */
  public double value(int index) {
    return values[index];
  }

  /** The values themselves; only the first {@link #count} mean anything. */
  public double[] values() {
    return values;
  }

  /** The bitmap itself; null where every row has a value. */
  public long @Nullable [] presence() {
    return presence;
  }
}
