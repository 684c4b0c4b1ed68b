package io.vllmmonitor.api.history;

import io.vllmmonitor.api.target.TargetId;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Which part of the history is asked for; answers come newest first. Immutable.
 *
 * @param target null means all targets
 * @param from inclusive; null means from the beginning
 * @param to exclusive; null means until now
 * @param limit items per page, 1 to 10,000
 * @param cursor {@link Page#next()} of the page before; null means the first page
 */
public record HistoryQuery(
    @Nullable TargetId target,
    @Nullable Instant from,
    @Nullable Instant to,
    int limit,
    @Nullable String cursor) {
  /** Items per page unless told. */
  public static final int DEFAULT_LIMIT = 100;

  /** The most items per page. */
  public static final int MOST = 10_000;

  public HistoryQuery {
    if (limit < 1 || limit > MOST) {
      throw new IllegalArgumentException("limit is 1 to " + MOST + ", found " + limit);
    }
  }

  /** The newest 100 of everything. */
  public static HistoryQuery newest() {
    return new HistoryQuery(null, null, null, DEFAULT_LIMIT, null);
  }

  /** The newest 100 of one target. */
  public static HistoryQuery newestOf(TargetId target) {
    return newest().withTarget(target);
  }

  /** The same of one target; null means all. */
  public HistoryQuery withTarget(@Nullable TargetId value) {
    return new HistoryQuery(value, from, to, limit, cursor);
  }

  /**
   * The same from {@code start}, inclusive, to {@code end}, exclusive; null means without that
   * bound.
   */
  public HistoryQuery between(@Nullable Instant start, @Nullable Instant end) {
    return new HistoryQuery(target, start, end, limit, cursor);
  }

  /** The same with other pages. */
  public HistoryQuery withLimit(int value) {
    return new HistoryQuery(target, from, to, value, cursor);
  }

  /** The page after the one that this cursor ends; null means the first. */
  public HistoryQuery after(@Nullable String value) {
    return new HistoryQuery(target, from, to, limit, value);
  }
}
