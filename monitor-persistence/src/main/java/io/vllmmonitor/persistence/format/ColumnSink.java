package io.vllmmonitor.persistence.format;

import org.jspecify.annotations.Nullable;

/** Takes the columns of a pack as they are decoded, in the order of their places. */
public interface ColumnSink {
  /**
   * A column that was wanted.
   *
   * @param values those of the rows that have one, in order; only the first {@code count} mean
   *     anything, and only until this call returns
   * @param presence the rows that have a value, as in {@link PackColumn#of}; null means all
   */
  void column(int place, double[] values, int count, long @Nullable [] presence);

  /**
   * A wanted column that cannot be given since its bytes, or those it builds on, are damaged.
   *
   * @param reason for people
   */
  void damaged(int place, String reason);
}
