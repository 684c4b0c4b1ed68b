package io.vllmmonitor.testkit.store;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.store.Capability;
import io.vllmmonitor.api.store.RecordKind;
import io.vllmmonitor.api.store.RecordPage;
import io.vllmmonitor.api.store.RecordQuery;
import io.vllmmonitor.api.store.RecordReader;
import io.vllmmonitor.api.store.RecordStore;
import io.vllmmonitor.api.store.StoredRecord;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Records on the heap, for tests; gone with the object. Thread-safe. */
public final class InMemoryRecordStore implements RecordStore {
  private static final Comparator<StoredRecord> NEWEST_FIRST =
      Comparator.comparing(StoredRecord::at).thenComparing(StoredRecord::id).reversed();

  private final Map<RecordKind, Map<String, StoredRecord>> tables = new EnumMap<>(RecordKind.class);
  private boolean closed;

  /** An empty store. */
  public InMemoryRecordStore() {}

  @Override
  public Set<Capability> capabilities() {
    return Set.of();
  }

  @Override
  public synchronized void write(List<StoredRecord> records) {
    refuseWhenClosed();
    for (StoredRecord row : List.copyOf(records)) {
      table(row.kind()).put(row.id(), row);
    }
  }

  @Override
  public synchronized Optional<StoredRecord> find(RecordKind kind, String id) {
    refuseWhenClosed();
    return Optional.ofNullable(table(kind).get(id));
  }

  @Override
  public synchronized RecordPage query(RecordQuery query) {
    refuseWhenClosed();
    for (String column : query.columns().keySet()) {
      if (!query.kind().columns().contains(column)) {
        throw new IllegalArgumentException(
            "Table " + query.kind().table() + " has no column " + column);
      }
    }
    List<StoredRecord> rows =
        table(query.kind()).values().stream()
            .filter(filter(query))
            .filter(after(query))
            .sorted(NEWEST_FIRST)
            .limit(query.limit() + 1L)
            .toList();
    if (rows.size() <= query.limit()) {
      return new RecordPage(rows, null);
    }
    List<StoredRecord> page = rows.subList(0, query.limit());
    return new RecordPage(page, cursorOf(page.get(page.size() - 1)));
  }

  private static Predicate<StoredRecord> filter(RecordQuery query) {
    return row ->
        (query.target() == null || query.target().equals(row.target()))
            && (query.from() == null || !row.at().isBefore(query.from()))
            && (query.to() == null || row.at().isBefore(query.to()))
            && query.columns().entrySet().stream()
                .allMatch(wanted -> wanted.getValue().equals(row.columns().get(wanted.getKey())));
  }

  private static Predicate<StoredRecord> after(RecordQuery query) {
    String cursor = query.cursor();
    if (cursor == null) {
      return row -> true;
    }
    Position position = positionOf(query.kind(), cursor);
    return row -> {
      int order = Long.compare(row.at().toEpochMilli(), position.at);
      return order < 0 || (order == 0 && row.id().compareTo(position.id) < 0);
    };
  }

  private record Position(long at, String id) {}

  private static String cursorOf(StoredRecord row) {
    String text = row.kind().table() + ' ' + row.at().toEpochMilli() + ' ' + row.id();
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  private static Position positionOf(RecordKind kind, String cursor) {
    try {
      String text = new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.UTF_8);
      String[] parts = text.split(" ", 3);
      if (parts.length == 3 && parts[0].equals(kind.table())) {
        return new Position(Long.parseLong(parts[1]), parts[2]);
      }
      throw invalid(kind, cursor, null);
    } catch (IllegalArgumentException e) { // also the number's
      throw invalid(kind, cursor, e);
    }
  }

  private static MonitorException invalid(
      RecordKind kind, String cursor, @Nullable Throwable cause) {
    return new MonitorException(
        ErrorCode.CURSOR_INVALID,
        Blame.OPERATOR,
        "'"
            + cursor
            + "' is no cursor of "
            + kind.table()
            + "; pass the one that the page before came with, or none for the first page",
        cause);
  }

  @Override
  public synchronized int delete(RecordKind kind, Set<String> ids) {
    refuseWhenClosed();
    Map<String, StoredRecord> table = table(kind);
    int before = table.size();
    ids.forEach(table::remove);
    return before - table.size();
  }

  @Override
  public synchronized long count(RecordKind kind) {
    refuseWhenClosed();
    return table(kind).size();
  }

  /** {@inheritDoc} Nobody writes meanwhile: the store is held for that long. */
  @Override
  public synchronized <T> T snapshot(Function<RecordReader, T> work) {
    refuseWhenClosed();
    return work.apply(this);
  }

  @Override
  public synchronized void replace(Set<RecordKind> kinds, Iterator<StoredRecord> rows) {
    refuseWhenClosed();
    Map<RecordKind, Map<String, StoredRecord>> replaced = new EnumMap<>(RecordKind.class);
    kinds.forEach(kind -> replaced.put(kind, new HashMap<>()));
    while (rows.hasNext()) {
      StoredRecord row = rows.next();
      Map<String, StoredRecord> table = replaced.get(row.kind());
      if (table == null) {
        throw new IllegalArgumentException(
            "A row of " + row.kind().table() + ", but only " + kinds + " are replaced");
      }
      table.put(row.id(), row);
    }
    tables.putAll(replaced);
  }

  private Map<String, StoredRecord> table(RecordKind kind) {
    return tables.computeIfAbsent(kind, unused -> new HashMap<>());
  }

  @Override
  public synchronized void close() {
    closed = true;
    tables.clear();
  }

  private void refuseWhenClosed() {
    if (closed) {
      throw Failures.closed("record store");
    }
  }
}
