package io.vllmmonitor.persistence.memory;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The filter columns that a question asks for; null values do not filter. Confined to a call. */
final class ColumnFilter {
  private final Map<String, String> columns = new HashMap<>();

  ColumnFilter and(String column, @Nullable String value) {
    if (value != null) {
      columns.put(column, value);
    }
    return this;
  }

  ColumnFilter and(String column, @Nullable Enum<?> value) {
    return and(column, value == null ? null : value.name());
  }

  Map<String, String> columns() {
    return Map.copyOf(columns);
  }
}
