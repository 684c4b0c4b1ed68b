package io.vllmmonitor.persistence.series;

import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.persistence.format.ValueCodec;
import io.vllmmonitor.persistence.series.JournalReader.Ids;
import io.vllmmonitor.persistence.sqlite.SqlWork;
import io.vllmmonitor.persistence.sqlite.SqliteFile;
import java.sql.SQLException;
import java.util.List;
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
  private final ValueCodec codec;
  private final Catalog catalog;
  private @Nullable JournalWriter writer; // of the appending thread

  /**
   * @param codec of the appending thread
   */
  Partition(long day, SqliteFile file, ValueCodec codec) {
    this.day = day;
    this.file = file;
    this.codec = codec;
    this.catalog = new Catalog(file.path());
  }

  SqliteFile file() {
    return file;
  }

  /** All rows in one transaction, durable on return; nothing of them when it throws. */
  void append(List<JournalRow> rows) {
    boolean done = false;
    try {
      file.write(
          session -> {
            JournalWriter open = writer;
            if (open == null) {
              open = JournalWriter.load(file.path(), codec, session);
              writer = open;
            }
            open.write(session, rows);
            return rows.size();
          });
      done = true;
    } finally {
      if (!done) {
        writer = null;
      }
    }
  }

  void read(long from, long to, Predicate<SeriesKey> wanted, SampleCollector into) {
    withJournal(reader -> reader.read(ids(from, to), wanted, into), work -> file.read(work));
  }

  void seriesIn(long from, long to, Predicate<SeriesKey> wanted, Set<SeriesKey> into) {
    withJournal(reader -> reader.seriesIn(ids(from, to), wanted, into), work -> file.read(work));
  }

  void restore(NewestSamples into, Consumer<MonitorException> damage) {
    withJournal(reader -> reader.newest(into, damage), work -> file.readAtStart(work));
  }

  /** How many samples were committed. */
  long samples() {
    return file.readAtStart(session -> session.number("SELECT samples FROM totals"));
  }

  private Ids ids(long from, long to) {
    return Ids.of(Math.max(from, Days.firstMillis(day)), Math.min(to, Days.lastMillis(day)));
  }

  private interface JournalWork {
    void run(JournalReader reader) throws SQLException;
  }

  private void withJournal(JournalWork work, Consumer<SqlWork<Boolean>> snapshot) {
    snapshot.accept(
        session -> {
          try (ValueCodec own = new ValueCodec()) {
            work.run(new JournalReader(file.path(), session, own, catalog.shapes(session)));
            return true;
          }
        });
  }
}
