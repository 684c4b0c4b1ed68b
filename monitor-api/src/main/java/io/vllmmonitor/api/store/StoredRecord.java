package io.vllmmonitor.api.store;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One row of a record table. Immutable.
 *
 * @param id unique within its kind
 * @param at to the millisecond; what pages are ordered by
 * @param target the instance it is about, or null
 * @param columns values of the kind's filter columns; a missing one is null in the table; others
 *     are refused
 * @param json the whole entity
 */
public record StoredRecord(
    RecordKind kind,
    String id,
    Instant at,
    @Nullable String target,
    Map<String, String> columns,
    String json) {
  public StoredRecord {
    requireNonNull(kind, "kind");
    requireNonNull(id, "id");
    at = Instant.ofEpochMilli(at.toEpochMilli());
    columns = Map.copyOf(columns);
    requireNonNull(json, "json");
    for (String column : columns.keySet()) {
      if (!kind.columns().contains(column)) {
        throw new IllegalArgumentException("Table " + kind.table() + " has no column " + column);
      }
    }
  }
}
