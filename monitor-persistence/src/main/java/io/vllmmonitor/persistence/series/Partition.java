package io.vllmmonitor.persistence.series;

import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.api.store.SampleVisitor;
import io.vllmmonitor.persistence.format.ValueCodec;
import io.vllmmonitor.persistence.series.JournalReader.Ids;
import io.vllmmonitor.persistence.sqlite.SqlWork;
import io.vllmmonitor.persistence.sqlite.SqliteFile;
import io.vllmmonitor.persistence.sqlite.SqliteSession;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The samples of one UTC day, open. Reads come from any thread; appends from one at a time, which
 * the store sees to.
 */
final class Partition {
  private final long day;
  private final SqliteFile file;
  private final Consumer<MonitorException> damage;
  private final Catalog catalog;
  private @Nullable JournalWriter writer; // of the appending thread

  Partition(long day, SqliteFile file, Consumer<MonitorException> damage) {
    this.day = day;
    this.file = file;
    this.damage = damage;
    this.catalog = new Catalog(file.path());
  }

  SqliteFile file() {
    return file;
  }

  /**
   * All rows in one transaction, durable on return; nothing of them when it throws.
   *
   * @return the targets of which enough rows wait to be sealed
   */
  List<String> append(List<JournalRow> rows, int batch) {
    return write(
        (session, open) -> {
          open.write(session, rows);
          return open.waiting().entrySet().stream()
              .filter(entry -> entry.getValue() >= batch)
              .map(Map.Entry::getKey)
              .toList();
        });
  }

  private interface WriterWork<T> {
    T run(SqliteSession session, JournalWriter writer) throws SQLException;
  }

  /** What the writer knows is thrown away with a transaction that fails. */
  private <T> T write(WriterWork<T> work) {
    boolean done = false;
    try {
      T result =
          file.write(
              session -> {
                JournalWriter open = writer;
                if (open == null) {
                  open = JournalWriter.load(file.path(), session);
                  writer = open;
                }
                return work.run(session, open);
              });
      done = true;
      return result;
    } finally {
      if (!done) {
        writer = null;
      }
    }
  }

  /** Moves rows of a target into blocks until fewer than a batch wait. */
  void seal(String target, int batch) {
    int moved;
    do {
      moved =
          write(
              (session, open) -> {
                int waiting = open.waiting().getOrDefault(target, 0);
                if (waiting < batch || waiting == 0) {
                  return 0;
                }
                return new Sealer(file.path(), session, open, catalog.shapes(session), damage)
                    .seal(target, open.shapesOf(target), Block.MOST_ROWS);
              });
    } while (moved > 0);
  }

  /** Every target of the day. */
  Set<String> targets() {
    return write((session, open) -> open.targets());
  }

  /**
   * Merges small blocks of a target into larger ones.
   *
   * @param least rows that a merge must bring together
   */
  void merge(String target, int least) {
    boolean more = true;
    while (more) {
      more =
          write(
              (session, open) ->
                  new Merger(file.path(), session, open, catalog.shapes(session), damage)
                      .mergeSome(target, least, damage));
    }
  }

  /** The hours that have samples in blocks. */
  List<Hours.Changed> hours() {
    return file.readAtStart(Hours::all);
  }

  /** Whether a span has samples that are not in blocks yet. */
  boolean hasJournal(long from, long to) {
    Ids ids = ids(from, to);
    return file.read(
        session -> {
          PreparedStatement select =
              session.prepare("SELECT 1 FROM journal WHERE id BETWEEN ? AND ? LIMIT 1");
          select.setLong(1, ids.first());
          select.setLong(2, ids.last());
          try (ResultSet rows = select.executeQuery()) {
            return rows.next();
          }
        });
  }

  void read(long from, long to, Predicate<SeriesKey> wanted, SampleCollector into) {
    with(
        (blocks, journal) -> {
          blocks.read(from, to, wanted, into);
          journal.read(ids(from, to), wanted, into);
        },
        work -> file.read(work));
  }

  /**
   * Hands the samples of the wanted series to a visitor, each series once.
   *
   * @param into empty, counts the samples
   * @return false when that is not possible here; then nothing was visited
   */
  boolean scan(
      long from,
      long to,
      Predicate<SeriesKey> wanted,
      SampleCollector into,
      SampleVisitor visitor) {
    boolean[] done = {false};
    with(
        (blocks, journal) -> {
          journal.read(ids(from, to), wanted, into);
          done[0] = new BlockScan(blocks, into).run(from, to, wanted, visitor);
        },
        work -> file.read(work));
    return done[0];
  }

  /** Everything of one target, for background work, without a deadline. */
  void readTarget(String target, long from, long to, SampleCollector into) {
    Set<Integer> ofTarget = new HashSet<>(write((session, open) -> open.shapesOf(target)));
    with(
        (blocks, journal) -> {
          blocks.read(from, to, ofTarget::contains, series -> true, into);
          journal.read(ids(from, to), ofTarget::contains, series -> true, into);
        },
        work -> file.readAtStart(work));
  }

  void seriesIn(long from, long to, Predicate<SeriesKey> wanted, Set<SeriesKey> into) {
    with(
        (blocks, journal) -> {
          blocks.seriesIn(from, to, wanted, into);
          journal.seriesIn(ids(from, to), wanted, into);
        },
        work -> file.read(work));
  }

  void restore(NewestSamples into) {
    with(
        (blocks, journal) -> {
          blocks.newest(into);
          journal.newest(into);
        },
        work -> file.readAtStart(work));
  }

  /** How many samples were committed. */
  long samples() {
    return file.readAtStart(session -> session.number("SELECT samples FROM totals"));
  }

  private Ids ids(long from, long to) {
    return Ids.of(Math.max(from, Days.firstMillis(day)), Math.min(to, Days.lastMillis(day)));
  }

  private interface ReadWork {
    void run(BlockReader blocks, JournalReader journal) throws SQLException;
  }

  private void with(ReadWork work, Consumer<SqlWork<Boolean>> snapshot) {
    snapshot.accept(
        session -> {
          try (ValueCodec own = new ValueCodec()) {
            Map<Integer, SeriesKey[]> shapes = catalog.shapes(session);
            work.run(
                new BlockReader(file.path(), session, shapes, damage),
                new JournalReader(file.path(), session, own, shapes, damage));
            return true;
          }
        });
  }
}
