package io.vllmmonitor.persistence.series;

import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.api.sample.SeriesSelector;
import io.vllmmonitor.api.store.SeriesPart;
import io.vllmmonitor.persistence.json.JsonFailures;
import io.vllmmonitor.persistence.json.WholeFile;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * The samples of one UTC day: sealed files, and behind them the rows of the growing one, which are
 * in memory too. Read when it is first needed. Thread-safe; changes are serialised by the store:
 * appends and seals under one lock, merges under another.
 */
final class JsonDay {
  private final Path folder;
  private final long day;
  private final boolean compress;
  private final InstantSource clock;
  private final DamageLog damage;
  private final SealedCache cache;
  private final JsonTail tail; // guarded by this
  private final List<SealedLines> sealed = new ArrayList<>(); // guarded by this
  private final List<TailRow> rows = new ArrayList<>(); // guarded by this
  private long rowSamples; // guarded by this
  private long last; // guarded by this
  private boolean loaded; // guarded by this
  private boolean urgent; // guarded by this

  JsonDay(
      Path folder,
      long day,
      boolean compress,
      boolean wait,
      InstantSource clock,
      DamageLog damage,
      SealedCache cache) {
    this.folder = folder;
    this.day = day;
    this.compress = compress;
    this.clock = clock;
    this.damage = damage;
    this.cache = cache;
    this.tail = new JsonTail(folder, day, wait, damage);
  }

  /** A sealed file that a scan of the folder found; in order of their first lines. */
  synchronized void found(SealedLines file) {
    sealed.add(file);
    last = Math.max(last, file.name().last());
  }

  private synchronized void load() {
    if (loaded) {
      return;
    }
    try {
      JsonTail.Loaded found = tail.load(last, clock.millis());
      rows.addAll(found.rows());
      rowSamples = found.rows().stream().mapToLong(TailRow::size).sum();
      last = found.last();
      urgent = found.damaged();
      loaded = true;
    } catch (IOException e) {
      throw JsonFailures.translate(folder.resolve(JsonFileName.tail(day)), "read", e);
    }
  }

  /** What a reader looks at while the day goes on. */
  private record View(List<SealedLines> sealed, List<TailRow> rows) {}

  private synchronized View view() {
    load();
    sealed.forEach(SealedLines::use);
    return new View(List.copyOf(sealed), List.copyOf(rows));
  }

  void append(List<JournalRow> more) {
    load();
    long number = lastNumber();
    List<byte[]> lines = new ArrayList<>(more.size());
    List<TailRow> added = new ArrayList<>(more.size());
    for (JournalRow row : more) {
      number++;
      lines.add(SampleLines.batch(number, row));
      added.add(new TailRow(number, row.epochMillis(), row.series(), row.values()));
    }
    synchronized (this) {
      tail.append(lines, number);
      rows.addAll(added);
      rowSamples += added.stream().mapToLong(TailRow::size).sum();
      last = number;
    }
  }

  private synchronized long lastNumber() {
    return last;
  }

  synchronized int waiting() {
    load();
    return rows.size();
  }

  synchronized long waitingSamples() {
    return rowSamples;
  }

  /** Whether damaged lines wait for the file to be written anew. */
  synchronized boolean isUrgent() {
    load();
    return urgent;
  }

  /** Moves the rows that wait into a sealed file. */
  void seal() {
    List<TailRow> moved;
    long from;
    synchronized (this) {
      load();
      moved = List.copyOf(rows);
      from = sealed.isEmpty() ? 1 : sealed.get(sealed.size() - 1).name().last() + 1;
    }
    SealedLines written = null;
    if (!moved.isEmpty()) {
      SampleCollector all = new SampleCollector(SeriesSelector.all(), Long.MAX_VALUE);
      collect(moved, Long.MIN_VALUE, Long.MAX_VALUE, key -> true, all);
      long to = moved.get(moved.size() - 1).number();
      written = write(new JsonFileName(JsonFileName.Kind.SEALED, day, from, to), all);
    } else if (!isUrgent()) {
      return;
    }
    synchronized (this) {
      if (written != null) {
        sealed.add(written);
      }
      rows.clear();
      rowSamples = 0;
      urgent = false;
      tail.clear();
    }
  }

  private SealedLines write(JsonFileName name, SampleCollector all) {
    return SealedLines.write(folder, name, all.finish(), compress, damage, cache);
  }

  /**
   * Brings neighbouring sealed files together.
   *
   * @param least files that a merge must bring together
   */
  void merge(int least) {
    for (List<SealedLines> run : MergeRuns.of(sealed(), least)) {
      SampleCollector all = new SampleCollector(SeriesSelector.all(), Long.MAX_VALUE);
      for (SealedLines file : run) {
        collect(file, Long.MIN_VALUE, Long.MAX_VALUE, key -> true, all, () -> {});
      }
      if (run.stream().anyMatch(SealedLines::isDamaged)) {
        continue; // it stays as it is, for rescue
      }
      long first = run.get(0).name().first();
      long end = run.get(run.size() - 1).name().last();
      SealedLines merged = write(new JsonFileName(JsonFileName.Kind.SEALED, day, first, end), all);
      synchronized (this) {
        sealed.set(sealed.indexOf(run.get(0)), merged);
        sealed.removeAll(run);
      }
      run.forEach(SealedLines::supersede);
    }
  }

  private synchronized List<SealedLines> sealed() {
    return List.copyOf(sealed);
  }

  /** Closes what is open, until the next append. */
  synchronized void rest() {
    tail.rest();
  }

  /**
   * @param onTime throws when the reader may not go on
   */
  void read(
      long from, long to, Predicate<SeriesKey> wanted, SampleCollector into, Runnable onTime) {
    View view = view();
    try {
      for (SealedLines file : view.sealed()) {
        collect(file, from, to, wanted, into, onTime);
      }
      collect(view.rows(), from, to, wanted, into);
    } finally {
      view.sealed().forEach(SealedLines::done);
    }
  }

  private static void collect(
      SealedLines file,
      long from,
      long to,
      Predicate<SeriesKey> wanted,
      SampleCollector into,
      Runnable onTime) {
    file.read(
        from,
        to,
        wanted,
        line -> line.addTo(into.column(line.key()), line.firstFrom(from), line.endAt(to)),
        onTime);
  }

  private static void collect(
      List<TailRow> rows, long from, long to, Predicate<SeriesKey> wanted, SampleCollector into) {
    Map<SeriesKey, Boolean> known = new HashMap<>();
    for (TailRow row : rows) {
      if (row.epochMillis() < from || row.epochMillis() > to) {
        continue;
      }
      for (int i = 0; i < row.size(); i++) {
        SeriesKey key = row.series().get(i);
        if (known.computeIfAbsent(key, wanted::test)) {
          into.column(key).add(row.epochMillis(), row.values()[i]);
        }
      }
    }
  }

  /** The series that have a sample in the span. */
  void seriesIn(
      long from, long to, Predicate<SeriesKey> wanted, Set<SeriesKey> into, Runnable onTime) {
    View view = view();
    try {
      Predicate<SeriesKey> unknown = key -> !into.contains(key) && wanted.test(key);
      for (SealedLines file : view.sealed()) {
        file.read(
            from,
            to,
            unknown,
            line -> {
              if (line.firstFrom(from) < line.endAt(to)) {
                into.add(line.key());
              }
            },
            onTime);
      }
      for (TailRow row : view.rows()) {
        if (row.epochMillis() >= from && row.epochMillis() <= to) {
          row.series().stream().filter(unknown).forEach(into::add);
        }
      }
    } finally {
      view.sealed().forEach(SealedLines::done);
    }
  }

  /** Takes over the newest sample of each series. */
  void restore(NewestSamples into) {
    View view = view();
    try {
      view.sealed().forEach(file -> file.newest(into));
      for (TailRow row : view.rows()) {
        for (int i = 0; i < row.size(); i++) {
          into.restore(row.series().get(i), row.epochMillis(), row.values()[i]);
        }
      }
    } finally {
      view.sealed().forEach(SealedLines::done);
    }
  }

  /**
   * How many samples were committed; late ones that were there already count twice until their
   * files are merged.
   */
  long samples() {
    View view = view();
    try {
      return view.sealed().stream().mapToLong(SealedLines::samples).sum()
          + view.rows().stream().mapToLong(TailRow::size).sum();
    } finally {
      view.sealed().forEach(SealedLines::done);
    }
  }

  /**
   * The day as what retention may forget.
   *
   * @param bytes on disk
   */
  SeriesPart part(long bytes) {
    return new SeriesPart(
        LocalDate.ofEpochDay(day).toString(),
        SeriesPart.Content.SAMPLES,
        Instant.ofEpochMilli(Days.firstMillis(day)),
        Instant.ofEpochMilli(Days.firstMillis(day + 1)),
        samples(),
        bytes);
  }

  /** Deletes all files of the day, the newest lines first, so that a kill leaves no gap. */
  synchronized void delete() throws IOException {
    tail.delete();
    rows.clear();
    rowSamples = 0;
    urgent = false;
    loaded = true;
    while (!sealed.isEmpty()) {
      SealedLines newest = sealed.get(sealed.size() - 1);
      last = newest.name().last();
      newest.delete();
      sealed.remove(newest);
    }
    last = 0;
    WholeFile.syncFolderOf(folder.resolve(JsonFileName.tail(day)));
  }
}
