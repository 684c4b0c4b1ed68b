package io.vllmmonitor.persistence.record;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.store.RecordKind;
import io.vllmmonitor.api.store.RecordPage;
import io.vllmmonitor.api.store.RecordQuery;
import io.vllmmonitor.api.store.RecordReader;
import io.vllmmonitor.api.store.StoredRecord;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * The rows of all kinds in memory. Readers see whole transactions; a snapshot keeps what it looks
 * at, and whoever changes those rows meanwhile changes a copy of them. Thread-safe; there is one
 * writer at a time.
 */
final class RecordTables implements RecordReader {
  private final Map<RecordKind, KindRows> tables; // guarded by this
  private final Map<KindRows, Integer> held = new HashMap<>(); // by snapshots; guarded by this

  /**
   * @param tables one for each kind; changed from now on
   */
  RecordTables(Map<RecordKind, KindRows> tables) {
    this.tables = tables;
  }

  private KindRows table(RecordKind kind) {
    return requireNonNull(tables.get(kind));
  }

  @Override
  public synchronized Optional<StoredRecord> find(RecordKind kind, String id) {
    return table(kind).find(id);
  }

  @Override
  public synchronized RecordPage query(RecordQuery query) {
    return table(query.kind()).query(query);
  }

  @Override
  public synchronized long count(RecordKind kind) {
    return table(kind).size();
  }

  /** Which of these ids are there. */
  synchronized Set<String> present(RecordKind kind, Set<String> ids) {
    Set<String> there = new HashSet<>();
    for (String id : ids) {
      if (table(kind).has(id)) {
        there.add(id);
      }
    }
    return there;
  }

  synchronized void apply(RecordChange change) {
    for (RecordKind kind : change.touched()) {
      KindRows rows = table(kind);
      if (held.containsKey(rows)) {
        tables.put(kind, new KindRows(rows));
      }
    }
    change.applyTo(tables);
  }

  /** Copies of the rows that a transaction touches, with it applied to them. */
  synchronized Map<RecordKind, KindRows> after(RecordChange change) {
    Map<RecordKind, KindRows> next = new EnumMap<>(RecordKind.class);
    change.touched().forEach(kind -> next.put(kind, new KindRows(table(kind))));
    change.applyTo(next);
    return next;
  }

  /** Puts whole tables in the place of those that are there. */
  synchronized void replace(Map<RecordKind, KindRows> next) {
    tables.putAll(next);
  }

  /** For the writer, who alone changes them. */
  synchronized Map<RecordKind, KindRows> current() {
    return new EnumMap<>(tables);
  }

  <T> T snapshot(Function<RecordReader, T> work) {
    Map<RecordKind, KindRows> frozen = hold();
    try {
      return work.apply(new Snapshot(frozen));
    } finally {
      release(frozen);
    }
  }

  private synchronized Map<RecordKind, KindRows> hold() {
    Map<RecordKind, KindRows> frozen = new EnumMap<>(tables);
    frozen.values().forEach(rows -> held.merge(rows, 1, Integer::sum));
    return frozen;
  }

  private synchronized void release(Map<RecordKind, KindRows> frozen) {
    for (KindRows rows : frozen.values()) {
      int left = held.getOrDefault(rows, 1) - 1;
      if (left == 0) {
        held.remove(rows);
      } else {
        held.put(rows, left);
      }
    }
  }

  /** Rows that nobody changes while it is used. */
  private record Snapshot(Map<RecordKind, KindRows> tables) implements RecordReader {
    @Override
    public Optional<StoredRecord> find(RecordKind kind, String id) {
      return requireNonNull(tables.get(kind)).find(id);
    }

    @Override
    public RecordPage query(RecordQuery query) {
      return requireNonNull(tables.get(query.kind())).query(query);
    }

    @Override
    public long count(RecordKind kind) {
      return requireNonNull(tables.get(kind)).size();
    }
  }
}
