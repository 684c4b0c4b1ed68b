package io.vllmmonitor.persistence.exchange;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.vllmmonitor.api.store.RecordKind;
import io.vllmmonitor.api.store.RecordPage;
import io.vllmmonitor.api.store.RecordQuery;
import io.vllmmonitor.api.store.RecordReader;
import io.vllmmonitor.api.store.StoredRecord;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * All rows of one kind in the order of archives: newest first, rows of one time by the bytes of
 * their ids. Stores order those by their own idea of text, so they are sorted here.
 */
final class RecordPages implements Iterator<StoredRecord> {
  /** Time descending, then the bytes of the id ascending. */
  static final Comparator<StoredRecord> ORDER =
      Comparator.comparing(StoredRecord::at)
          .reversed()
          .thenComparing(row -> row.id().getBytes(UTF_8), Arrays::compareUnsigned);

  private static final int ROWS_AT_ONCE = 1_000;

  private final RecordReader reader;
  private final RecordKind kind;
  private final @Nullable Instant from;
  private final @Nullable Instant to;
  private final Deque<StoredRecord> fetched = new ArrayDeque<>();
  private final Deque<StoredRecord> ready = new ArrayDeque<>();
  private @Nullable String cursor;
  private boolean last;

  /** All there are. */
  RecordPages(RecordReader reader, RecordKind kind) {
    this(reader, kind, null, null);
  }

  /**
   * @param from inclusive; null means from the beginning
   * @param to exclusive; null means without end
   */
  RecordPages(RecordReader reader, RecordKind kind, @Nullable Instant from, @Nullable Instant to) {
    this.reader = reader;
    this.kind = kind;
    this.from = from;
    this.to = to;
  }

  @Override
  public boolean hasNext() {
    if (ready.isEmpty()) {
      collectOneTime();
    }
    return !ready.isEmpty();
  }

  @Override
  public StoredRecord next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    return ready.removeFirst();
  }

  private void collectOneTime() {
    List<StoredRecord> run = new ArrayList<>();
    while (fetch()) {
      StoredRecord row = fetched.getFirst();
      if (!run.isEmpty() && !run.get(0).at().equals(row.at())) {
        break;
      }
      run.add(fetched.removeFirst());
    }
    run.sort(ORDER);
    ready.addAll(run);
  }

  private boolean fetch() {
    while (fetched.isEmpty() && !last) {
      RecordPage page =
          reader.query(new RecordQuery(kind, null, from, to, Map.of(), ROWS_AT_ONCE, cursor));
      fetched.addAll(page.records());
      cursor = page.next();
      last = cursor == null;
    }
    return !fetched.isEmpty();
  }
}
