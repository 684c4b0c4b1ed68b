package io.vllmmonitor.api.store;

import io.vllmmonitor.api.extension.Incubating;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Reads records. A store is one; so is the snapshot of a store. */
@Incubating(review = "2027-03-01")
public interface RecordReader {
  /** One record by its identity; empty when there is none. */
  Optional<StoredRecord> find(RecordKind kind, String id);

  /**
   * One page of rows, newest first.
   *
   * @throws io.vllmmonitor.api.error.MonitorException CURSOR_INVALID for a cursor this store did
   *     not give
   */
  RecordPage query(RecordQuery query);

  /**
   * One page of the rows that somebody wants, newest first. Unlike {@link #query}, a row that is
   * damaged does not fail the page: it is passed over and named. Not for work that must see every
   * row.
   *
   * @param wanted asked once for each readable row in the order of the page, up to the last one
   *     that is given; on the thread of the caller
   * @throws io.vllmmonitor.api.error.MonitorException CURSOR_INVALID for a cursor this store did
   *     not give
   */
  default RecordSelection select(RecordQuery query, Predicate<StoredRecord> wanted) {
    List<StoredRecord> found = new ArrayList<>();
    @Nullable String cursor = query.cursor();
    do {
      RecordPage page = query(query.page(query.limit() - found.size(), cursor));
      page.records().stream().filter(wanted).forEach(found::add);
      cursor = page.next();
    } while (cursor != null && found.size() < query.limit());
    return new RecordSelection(found, List.of(), cursor);
  }

  /** How many rows a table holds. */
  long count(RecordKind kind);
}
