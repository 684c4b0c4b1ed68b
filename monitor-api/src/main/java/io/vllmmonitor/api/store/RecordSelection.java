package io.vllmmonitor.api.store;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One page of the rows that somebody wanted. Immutable.
 *
 * @param damaged ids of the rows of this stretch that could not be read
 * @param next cursor of the following page, which may turn out to be empty; null when this is the
 *     last
 */
public record RecordSelection(
    List<StoredRecord> records, List<String> damaged, @Nullable String next) {
  public RecordSelection {
    records = List.copyOf(records);
    damaged = List.copyOf(damaged);
  }
}
