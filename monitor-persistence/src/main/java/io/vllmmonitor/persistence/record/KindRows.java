package io.vllmmonitor.persistence.record;

import io.vllmmonitor.api.store.RecordKind;
import io.vllmmonitor.api.store.RecordPage;
import io.vllmmonitor.api.store.RecordQuery;
import io.vllmmonitor.api.store.StoredRecord;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * All rows of one kind in memory, in the order of pages: newest first, those of one millisecond by
 * the bytes of their ids, as SQLite orders them. Guarded by the lock of the store.
 */
final class KindRows {
  private static final Comparator<StoredRecord> NEWEST_FIRST =
      Comparator.comparing(StoredRecord::at)
          .thenComparing(StoredRecord::id, KindRows::compareBytes)
          .reversed();

  private final RecordKind kind;
  private final Map<String, StoredRecord> byId;
  private final NavigableSet<StoredRecord> newestFirst;

  KindRows(RecordKind kind) {
    this.kind = kind;
    this.byId = new HashMap<>();
    this.newestFirst = new TreeSet<>(NEWEST_FIRST);
  }

  /** A copy that changes on its own. */
  KindRows(KindRows other) {
    this.kind = other.kind;
    this.byId = new HashMap<>(other.byId);
    this.newestFirst = new TreeSet<>(other.newestFirst);
  }

  void put(StoredRecord row) {
    StoredRecord old = byId.put(row.id(), row);
    if (old != null) {
      newestFirst.remove(old);
    }
    newestFirst.add(row);
  }

  /** Whether it was there. */
  boolean remove(String id) {
    StoredRecord old = byId.remove(id);
    return old != null && newestFirst.remove(old);
  }

  boolean has(String id) {
    return byId.containsKey(id);
  }

  Optional<StoredRecord> find(String id) {
    return Optional.ofNullable(byId.get(id));
  }

  int size() {
    return byId.size();
  }

  /** In the order of pages; changes with the rows. */
  Collection<StoredRecord> all() {
    return Collections.unmodifiableCollection(newestFirst);
  }

  RecordPage query(RecordQuery query) {
    for (String column : query.columns().keySet()) {
      if (!kind.columns().contains(column)) {
        throw new IllegalArgumentException("Table " + kind.table() + " has no column " + column);
      }
    }
    long from = query.from() == null ? Long.MIN_VALUE : RecordTable.ceilingMillis(query.from());
    List<StoredRecord> page = new ArrayList<>();
    for (StoredRecord row : after(start(query))) {
      if (row.at().toEpochMilli() < from) {
        break;
      }
      if (!matches(row, query)) {
        continue;
      }
      if (page.size() == query.limit()) {
        StoredRecord last = page.get(page.size() - 1);
        return new RecordPage(page, new Cursor(last.at().toEpochMilli(), last.id()).encode(kind));
      }
      page.add(row);
    }
    return new RecordPage(page, null);
  }

  /** The row that all wanted ones come after; null when that is none. */
  private @Nullable StoredRecord start(RecordQuery query) {
    StoredRecord start = null;
    Instant to = query.to();
    if (to != null) {
      long end = RecordTable.ceilingMillis(to);
      start = end == Long.MAX_VALUE ? null : place(end, "");
    }
    String text = query.cursor();
    if (text != null) {
      Cursor cursor = Cursor.decode(kind, text);
      StoredRecord last = place(cursor.epochMillis(), cursor.id());
      start = start == null || NEWEST_FIRST.compare(last, start) > 0 ? last : start;
    }
    return start;
  }

  private StoredRecord place(long epochMillis, String id) {
    return new StoredRecord(kind, id, Instant.ofEpochMilli(epochMillis), null, Map.of(), "");
  }

  private NavigableSet<StoredRecord> after(@Nullable StoredRecord start) {
    return start == null ? newestFirst : newestFirst.tailSet(start, false);
  }

  private static boolean matches(StoredRecord row, RecordQuery query) {
    return (query.target() == null || query.target().equals(row.target()))
        && query.columns().entrySet().stream()
            .allMatch(wanted -> wanted.getValue().equals(row.columns().get(wanted.getKey())));
  }

  /** The order of the texts in UTF-8, where surrogates stand above all other letters. */
  static int compareBytes(String first, String second) {
    int length = Math.min(first.length(), second.length());
    for (int i = 0; i < length; i++) {
      char a = first.charAt(i);
      char b = second.charAt(i);
      if (a != b) {
        boolean high = Character.isSurrogate(a);
        return high == Character.isSurrogate(b) ? Character.compare(a, b) : high ? 1 : -1;
      }
    }
    return Integer.compare(first.length(), second.length());
  }
}
