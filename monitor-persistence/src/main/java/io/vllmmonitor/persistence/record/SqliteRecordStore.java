package io.vllmmonitor.persistence.record;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.store.Capability;
import io.vllmmonitor.api.store.RecordKind;
import io.vllmmonitor.api.store.RecordPage;
import io.vllmmonitor.api.store.RecordQuery;
import io.vllmmonitor.api.store.RecordReader;
import io.vllmmonitor.api.store.RecordSelection;
import io.vllmmonitor.api.store.RecordStore;
import io.vllmmonitor.api.store.StoredRecord;
import io.vllmmonitor.persistence.sqlite.SqliteFailures;
import io.vllmmonitor.persistence.sqlite.SqliteFile;
import io.vllmmonitor.persistence.sqlite.SqliteSession;
import java.sql.SQLException;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Records in {@code monitor.db}, a table per kind. Every row has a checksum that is compared when
 * it is read. The file is opened and closed by its owner, since blobs share it.
 */
public final class SqliteRecordStore implements RecordStore {
  private final SqliteFile file;
  private final Map<RecordKind, RecordTable> tables = new EnumMap<>(RecordKind.class);
  private volatile boolean closed;

  /**
   * Records as they are, without compression.
   *
   * @param file opened with {@link RecordSchema}
   */
  public SqliteRecordStore(SqliteFile file) {
    this(file, false);
  }

  /**
   * @param file opened with {@link RecordSchema}
   * @param compress whether long details of checkpoints that are written from now on are
   *     compressed; both forms are read
   */
  public SqliteRecordStore(SqliteFile file, boolean compress) {
    this.file = requireNonNull(file, "file");
    for (RecordKind kind : RecordKind.values()) {
      tables.put(kind, new RecordTable(kind, compress));
    }
  }

  @Override
  public Set<Capability> capabilities() {
    return Set.of(Capability.DURABLE);
  }

  @Override
  public void write(List<StoredRecord> records) {
    refuseWhenClosed();
    List<StoredRecord> all = List.copyOf(records);
    if (all.isEmpty()) {
      return;
    }
    file.write(
        session -> {
          for (StoredRecord row : all) {
            table(row.kind()).write(session, row);
          }
          return all.size();
        });
  }

  @Override
  public Optional<StoredRecord> find(RecordKind kind, String id) {
    refuseWhenClosed();
    requireNonNull(id, "id");
    return file.read(session -> table(kind).find(session, id));
  }

  @Override
  public RecordPage query(RecordQuery query) {
    refuseWhenClosed();
    return file.read(session -> query(session, query));
  }

  private RecordPage query(SqliteSession session, RecordQuery query) throws SQLException {
    String text = query.cursor();
    Cursor after = text == null ? null : Cursor.decode(query.kind(), text);
    List<StoredRecord> rows = table(query.kind()).query(session, query, after);
    if (rows.size() <= query.limit()) {
      return new RecordPage(rows, null);
    }
    List<StoredRecord> page = rows.subList(0, query.limit());
    StoredRecord last = page.get(page.size() - 1);
    return new RecordPage(
        page, new Cursor(last.at().toEpochMilli(), last.id()).encode(query.kind()));
  }

  @Override
  public RecordSelection select(RecordQuery query, Predicate<StoredRecord> wanted) {
    refuseWhenClosed();
    return new RecordScan(query, wanted)
        .run((part, after) -> file.read(session -> table(part.kind()).slots(session, part, after)));
  }

  @Override
  public int delete(RecordKind kind, Set<String> ids) {
    refuseWhenClosed();
    Set<String> all = Set.copyOf(ids);
    return all.isEmpty() ? 0 : file.write(session -> table(kind).delete(session, all));
  }

  @Override
  public long count(RecordKind kind) {
    refuseWhenClosed();
    return file.read(session -> table(kind).count(session));
  }

  /** {@inheritDoc} Without a deadline. */
  @Override
  public <T> T snapshot(Function<RecordReader, T> work) {
    refuseWhenClosed();
    return file.readWithoutDeadline(
        session -> {
          // SQLite takes its snapshot with the first read, which may come late in the work.
          long unused = session.number("SELECT number FROM commit_sequence");
          return work.apply(new Snapshot(session));
        });
  }

  @Override
  public void replace(Set<RecordKind> kinds, Iterator<StoredRecord> rows) {
    refuseWhenClosed();
    Set<RecordKind> replaced = Set.copyOf(kinds);
    file.write(
        session -> {
          for (RecordKind kind : replaced) {
            table(kind).clear(session);
          }
          long written = 0;
          while (rows.hasNext()) {
            StoredRecord row = rows.next();
            if (!replaced.contains(row.kind())) {
              throw new IllegalArgumentException(
                  "A row of " + row.kind().table() + ", but only " + replaced + " are replaced");
            }
            table(row.kind()).write(session, row);
            written++;
          }
          return written;
        });
  }

  private RecordTable table(RecordKind kind) {
    return requireNonNull(tables.get(kind));
  }

  private void refuseWhenClosed() {
    if (closed) {
      throw new MonitorException(
          ErrorCode.STORE_CLOSED,
          Blame.MONITOR,
          "The record store is closed; it was used after close(). Open the store again first");
    }
  }

  @Override
  public void close() {
    closed = true;
  }

  /** Reads on the one transaction of a session. */
  private final class Snapshot implements RecordReader {
    private final SqliteSession session;

    Snapshot(SqliteSession session) {
      this.session = session;
    }

    @Override
    public Optional<StoredRecord> find(RecordKind kind, String id) {
      return run(() -> table(kind).find(session, id));
    }

    @Override
    public RecordPage query(RecordQuery query) {
      return run(() -> SqliteRecordStore.this.query(session, query));
    }

    @Override
    public RecordSelection select(RecordQuery query, Predicate<StoredRecord> wanted) {
      return new RecordScan(query, wanted)
          .run((part, after) -> run(() -> table(part.kind()).slots(session, part, after)));
    }

    @Override
    public long count(RecordKind kind) {
      return run(() -> table(kind).count(session));
    }

    private <T> T run(Reading<T> reading) {
      try {
        return reading.run();
      } catch (SQLException e) {
        throw SqliteFailures.translate(file.path(), e);
      }
    }
  }

  private interface Reading<T> {
    T run() throws SQLException;
  }
}
