package io.vllmmonitor.persistence.record;

import io.vllmmonitor.api.store.RecordQuery;
import io.vllmmonitor.api.store.RecordSelection;
import io.vllmmonitor.api.store.StoredRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Goes through a table newest first, in parts that are short enough for one read each, until a page
 * of wanted rows is full. Used once, by one thread.
 */
final class RecordScan {
  private static final int MOST_AT_ONCE = 1_000;

  private final RecordQuery query;
  private final Predicate<StoredRecord> wanted;
  private final List<StoredRecord> found = new ArrayList<>();
  private final List<String> damaged = new ArrayList<>();

  RecordScan(RecordQuery query, Predicate<StoredRecord> wanted) {
    this.query = query;
    this.wanted = wanted;
  }

  /** Reads one part; one row more than its limit where there are more. */
  interface Part {
    List<RecordTable.Slot> read(RecordQuery part, @Nullable Cursor after);
  }

  RecordSelection run(Part reading) {
    String text = query.cursor();
    @Nullable Cursor after = text == null ? null : Cursor.decode(query.kind(), text);
    int size = Math.min(query.limit(), MOST_AT_ONCE);
    while (true) {
      List<RecordTable.Slot> slots = reading.read(query.page(size, null), after);
      boolean more = slots.size() > size;
      for (int i = 0; i < Math.min(size, slots.size()); i++) {
        after = slots.get(i).place();
        take(slots.get(i));
        if (found.size() == query.limit()) {
          return page(i + 1 < slots.size() ? after : null);
        }
      }
      if (!more) {
        return page(null);
      }
      size = MOST_AT_ONCE;
    }
  }

  private void take(RecordTable.Slot slot) {
    StoredRecord row = slot.row();
    if (row == null) {
      damaged.add(slot.place().id());
    } else if (wanted.test(row)) {
      found.add(row);
    }
  }

  private RecordSelection page(@Nullable Cursor next) {
    return new RecordSelection(found, damaged, next == null ? null : next.encode(query.kind()));
  }
}
