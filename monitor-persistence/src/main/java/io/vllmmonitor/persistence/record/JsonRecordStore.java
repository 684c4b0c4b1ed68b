package io.vllmmonitor.persistence.record;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.history.Problem;
import io.vllmmonitor.api.store.Capability;
import io.vllmmonitor.api.store.RecordKind;
import io.vllmmonitor.api.store.RecordPage;
import io.vllmmonitor.api.store.RecordQuery;
import io.vllmmonitor.api.store.RecordReader;
import io.vllmmonitor.api.store.RecordStore;
import io.vllmmonitor.api.store.StoredRecord;
import io.vllmmonitor.persistence.json.JsonFailures;
import io.vllmmonitor.persistence.json.MarkFile;
import io.vllmmonitor.persistence.json.Rewriting;
import io.vllmmonitor.persistence.json.WholeFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Records in files of JSON lines, for people who search them with text tools. All rows are in
 * memory, which answers every read; a transaction is one line of a journal, which is on the disk
 * when a write returns; now and then the rows of each kind are written anew and the journal starts
 * again. Thread-safe.
 */
public final class JsonRecordStore implements RecordStore {
  private static final Logger LOG = LoggerFactory.getLogger(JsonRecordStore.class);
  static final String MARK = "commit.mark";

  /** A transaction of more characters goes into the files of its kinds at once. */
  private static final long MOST_IN_A_LINE = 8L << 20;

  /** A shorter journal is not worth a compaction. */
  private static final long LEAST_JOURNAL = 1L << 20;

  /** A longer one does not wait for maintenance. */
  private static final long MOST_JOURNAL = 64L << 20;

  private final Path path;
  private final RecordFolder folder; // guarded by writing
  private final MarkFile mark; // guarded by writing
  private final ReentrantLock writing = new ReentrantLock();
  private final Rewriting rewriting = new Rewriting();
  private final Set<RecordKind> changed = EnumSet.noneOf(RecordKind.class); // guarded by writing
  private long number; // guarded by writing
  private final RecordTables tables;
  private volatile boolean closed;

  private JsonRecordStore(
      Path path, RecordFolder folder, MarkFile mark, RecordLoader.Loaded loaded) {
    this.path = path;
    this.folder = folder;
    this.mark = mark;
    this.number = loaded.number();
    this.tables = new RecordTables(loaded.tables());
  }

  /**
   * Opens a folder, or makes it, and reads all records.
   *
   * @param folder such as {@code records} in the data directory
   * @param compress whether files of rows that are written from now on are compressed; both forms
   *     are read
   * @param clock dates problems
   * @param problems receives what is damaged or missing; damaged files are kept aside, the rest is
   *     served
   * @throws MonitorException STORE_NEWER, STORE_FULL or STORE_IO
   */
  public static JsonRecordStore open(
      Path folder, boolean compress, InstantSource clock, List<Problem> problems) {
    try {
      Files.createDirectories(folder);
      WholeFile.syncFolderOf(folder);
      RecordLoader.Loaded loaded = new RecordLoader(folder, clock, problems).load();
      MarkFile mark = new MarkFile(folder.resolve(MARK));
      RecordFolder files = new RecordFolder(folder, compress, loaded.manifest());
      JsonRecordStore store = new JsonRecordStore(folder, files, mark, loaded);
      boolean done = false;
      try {
        store.begin(loaded, clock, problems);
        done = true;
        return store;
      } finally {
        if (!done) {
          store.close();
        }
      }
    } catch (IOException e) {
      throw JsonFailures.translate(folder, "opened", e);
    }
  }

  private void begin(RecordLoader.Loaded loaded, InstantSource clock, List<Problem> problems)
      throws IOException {
    Optional<String> loss = mark.lossAgainst(number);
    loss.ifPresent(found -> problems.add(RecordLoader.problem(clock, folder.journalPath(), found)));
    if (loaded.guessed()) {
      folder.compact(tables.current(), EnumSet.allOf(RecordKind.class), number);
    } else {
      folder.openJournal(loaded.journalEnd());
      changed.addAll(EnumSet.allOf(RecordKind.class)); // which of them the journal changed
      if (loaded.damaged()) {
        compactOrLog();
      }
      folder.deleteStale();
    }
    mark.write(number);
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
    boolean isLong = new RecordChange(0, all, Map.of()).characters() > MOST_IN_A_LINE;
    Runnable work = () -> locked(() -> commit(new RecordChange(number + 1, all, Map.of())));
    if (isLong) {
      rewriting.run(work);
    } else {
      work.run();
    }
  }

  /** Whoever needs a compaction waits for copies before, so that other writers go on meanwhile. */
  private void locked(Runnable work) {
    writing.lock();
    try {
      work.run();
    } finally {
      writing.unlock();
    }
  }

  @Override
  public int delete(RecordKind kind, Set<String> ids) {
    refuseWhenClosed();
    writing.lock();
    try {
      Set<String> there = tables.present(kind, Set.copyOf(ids));
      if (!there.isEmpty()) {
        commit(new RecordChange(number + 1, List.of(), Map.of(kind, there)));
      }
      return there.size();
    } finally {
      writing.unlock();
    }
  }

  private void commit(RecordChange change) {
    refuseWhenClosed();
    if (change.characters() > MOST_IN_A_LINE) {
      replace(tables.after(change), change.number());
      return;
    }
    try {
      folder.append(change.toLine());
    } catch (IOException e) {
      throw JsonFailures.translate(folder.journalPath(), "written", e);
    }
    acknowledge(change.number());
    changed.addAll(change.touched());
    tables.apply(change);
    if (folder.journalBytes() > MOST_JOURNAL) {
      compactOrLog();
    }
  }

  private void acknowledge(long committed) {
    number = committed;
    mark.write(committed);
  }

  @Override
  public void replace(Set<RecordKind> kinds, Iterator<StoredRecord> rows) {
    refuseWhenClosed();
    Map<RecordKind, KindRows> next = new EnumMap<>(RecordKind.class);
    kinds.forEach(kind -> next.put(kind, new KindRows(kind)));
    while (rows.hasNext()) {
      StoredRecord row = rows.next();
      KindRows table = next.get(row.kind());
      if (table == null) {
        throw new IllegalArgumentException(
            "A row of " + row.kind().table() + ", but only " + kinds + " are replaced");
      }
      table.put(row);
    }
    rewriting.run(() -> locked(() -> replace(next, number + 1)));
  }

  /** Commits by a compaction, since the rows may be more than a line can hold. */
  private void replace(Map<RecordKind, KindRows> next, long committed) {
    refuseWhenClosed();
    Map<RecordKind, KindRows> all = tables.current();
    all.putAll(next);
    changed.addAll(next.keySet());
    rewriting.run(() -> compact(all, committed));
    acknowledge(committed);
    tables.replace(next);
  }

  private void compact(Map<RecordKind, KindRows> all, long committed) {
    try {
      folder.compact(all, changed, committed);
      changed.clear();
    } catch (IOException e) {
      throw JsonFailures.translate(path, "compacted", e);
    }
  }

  /** Everything is in the journal already: what fails here is tried again later. */
  private void compactOrLog() {
    try {
      rewriting.runIfFree(() -> compact(tables.current(), number));
    } catch (MonitorException e) {
      LOG.warn("The journal of the records grows on for now", e);
    }
  }

  /**
   * Writes the rows of changed kinds anew and begins a new journal, once the journal is longer than
   * the files of rows and 1 MiB. Called by the owner of the store every now and then.
   *
   * @throws MonitorException STORE_FULL, STORE_IO or STORE_CLOSED; then the journal goes on
   */
  public void maintain() {
    writing.lock();
    try {
      refuseWhenClosed();
      if (folder.journalBytes() >= Math.max(LEAST_JOURNAL, folder.fileBytes())) {
        rewriting.runIfFree(() -> compact(tables.current(), number));
      }
    } catch (IOException e) {
      throw JsonFailures.translate(path, "measured", e);
    } finally {
      writing.unlock();
    }
  }

  /** Runs what copies the files, while none of them is rewritten; writes go on. */
  public <T> T whileFilesStay(Supplier<T> work) {
    return rewriting.pausedFor(work);
  }

  /**
   * The size of all files of the records.
   *
   * @throws MonitorException STORE_IO
   */
  public long bytes() {
    return WholeFile.bytesIn(path);
  }

  @Override
  public Optional<StoredRecord> find(RecordKind kind, String id) {
    requireNonNull(id, "id");
    refuseWhenClosed();
    return tables.find(kind, id);
  }

  @Override
  public RecordPage query(RecordQuery query) {
    refuseWhenClosed();
    return tables.query(query);
  }

  @Override
  public long count(RecordKind kind) {
    refuseWhenClosed();
    return tables.count(kind);
  }

  /** {@inheritDoc} Writers go on meanwhile, on copies of the kinds that they change. */
  @Override
  public <T> T snapshot(Function<RecordReader, T> work) {
    refuseWhenClosed();
    return tables.snapshot(work);
  }

  private void refuseWhenClosed() {
    if (closed) {
      throw JsonFailures.closed("record store");
    }
  }

  @Override
  public void close() {
    writing.lock();
    try {
      if (!closed) {
        closed = true;
        folder.close();
        mark.close();
      }
    } catch (IOException e) {
      LOG.warn("Could not close the high-water mark of {}", path, e);
    } finally {
      writing.unlock();
    }
  }
}
