package io.vllmmonitor.api.store;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One page of rows. Immutable.
 *
 * @param next cursor of the following page; null when this is the last
 */
public record RecordPage(List<StoredRecord> records, @Nullable String next) {
  public RecordPage {
    records = List.copyOf(records);
  }
}
