package io.vllmmonitor.api.store;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which rows of one table are asked for, newest first (by time, then id). Immutable.
 *
 * @param target null means all
 * @param from inclusive, null means from the beginning
 * @param to exclusive, null means without end
 * @param columns each listed column must equal its value
 * @param limit 1 to 10,000
 * @param cursor of the page before, null for the first
 */
public record RecordQuery(
    RecordKind kind,
    @Nullable String target,
    @Nullable Instant from,
    @Nullable Instant to,
    Map<String, String> columns,
    int limit,
    @Nullable String cursor) {
  public RecordQuery {
    requireNonNull(kind, "kind");
    columns = Map.copyOf(columns);
    if (limit < 1 || limit > 10_000) {
      throw new IllegalArgumentException("limit is 1 to 10,000, found " + limit);
    }
  }

  /** The same question for another page. */
  public RecordQuery page(int most, @Nullable String after) {
    return new RecordQuery(kind, target, from, to, columns, most, after);
  }

  /** The newest rows of a table. */
  public static RecordQuery newest(RecordKind kind, int limit) {
    return new RecordQuery(kind, null, null, null, Map.of(), limit, null);
  }
}
