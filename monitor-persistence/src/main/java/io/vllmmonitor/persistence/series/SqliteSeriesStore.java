package io.vllmmonitor.persistence.series;

import static java.util.Objects.requireNonNull;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.history.Problem;
import io.vllmmonitor.api.sample.Sample;
import io.vllmmonitor.api.sample.SampleBatch;
import io.vllmmonitor.api.sample.SeriesData;
import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.api.sample.SeriesSelector;
import io.vllmmonitor.api.store.AppendMode;
import io.vllmmonitor.api.store.AppendResult;
import io.vllmmonitor.api.store.Capability;
import io.vllmmonitor.api.store.SeriesStore;
import io.vllmmonitor.persistence.format.ValueCodec;
import io.vllmmonitor.persistence.sqlite.StoreCounters;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Samples in SQLite, one file per UTC day, each with a journal of one row per scrape. The names of
 * the series of a page are stored once, as its shape. Thread-safe; appends are serialised.
 *
 * <p>The batches of an append are committed in one transaction per day file; nothing commits across
 * files. So an append that spans midnight and fails in its later day leaves the earlier one stored;
 * appending the same batches again is harmless, since equal samples are a no-op.
 *
 * <p>The newest sample of every series is kept in memory and restored from all day files at
 * opening.
 */
public final class SqliteSeriesStore implements SeriesStore {
  private static final Logger LOG = LoggerFactory.getLogger(SqliteSeriesStore.class);
  private static final Duration MOST_AHEAD = Duration.ofMinutes(10);
  private static final int LONGEST_PATTERN = 1_000;

  private final InstantSource clock;
  private final Partitions partitions;
  private final ValueCodec codec = new ValueCodec();
  private final NewestSamples newest = new NewestSamples();
  private final ReentrantLock appending = new ReentrantLock();
  private final Staging staging = new Staging(newest); // guarded by appending
  private final Set<Long> doubtfulDays = new HashSet<>(); // guarded by appending
  private final SortedMap<Long, Long> samplesOfDay = new TreeMap<>(); // guarded by itself
  private volatile boolean closed;

  private SqliteSeriesStore(
      Path folder, InstantSource clock, LongSupplier nanoTicker, StoreCounters counters) {
    this.clock = requireNonNull(clock, "clock");
    this.partitions = new Partitions(folder, clock, nanoTicker, counters, codec);
  }

  /**
   * Opens the day files of a folder and restores the newest samples.
   *
   * @param folder exists
   * @param clock what "ahead of the clock" is measured against
   * @param nanoTicker what deadlines of reads are measured with
   * @param problems receives what is damaged or missing; damaged files are set aside, the rest is
   *     served
   * @throws MonitorException STORE_NEWER, STORE_FOREIGN or STORE_IO
   */
  public static SqliteSeriesStore open(
      Path folder,
      InstantSource clock,
      LongSupplier nanoTicker,
      StoreCounters counters,
      List<Problem> problems) {
    SqliteSeriesStore store = new SqliteSeriesStore(folder, clock, nanoTicker, counters);
    boolean done = false;
    try {
      store.restore(folder, problems);
      done = true;
      return store;
    } finally {
      if (!done) {
        store.close();
      }
    }
  }

  private void restore(Path folder, List<Problem> problems) {
    for (String name : partitions.missing()) {
      problems.add(
          problem(
              folder.resolve(name),
              "is missing, but its high-water mark is there: its samples are lost unless the file "
                  + "is put back"));
    }
    partitions.scan();
    for (long day : partitions.days(Long.MIN_VALUE, Long.MAX_VALUE)) {
      Path file = folder.resolve(Days.fileName(day));
      try {
        restore(day, file, problems);
      } catch (MonitorException e) {
        if (e.code() != ErrorCode.STORE_DAMAGED) {
          throw e;
        }
        String aside = partitions.setAside(day);
        problems.add(problem(file, "was set aside as " + aside + ": " + e.getMessage()));
      }
    }
  }

  private void restore(long day, Path file, List<Problem> problems) {
    partitions.with(
        day,
        partition -> {
          partition.file().compareWithMark().ifPresent(loss -> problems.add(problem(file, loss)));
          partition.restore(newest, e -> problems.add(problem(file, e.getMessage())));
          return countSamples(day, partition.samples());
        });
  }

  private Problem problem(Path subject, String message) {
    Instant now = clock.instant();
    return new Problem(
        ErrorCode.STORE_DAMAGED,
        Blame.ENVIRONMENT,
        "metrics/" + subject.getFileName(),
        subject + ": " + message,
        1,
        now,
        now);
  }

  private long countSamples(long day, long more) {
    synchronized (samplesOfDay) {
      return samplesOfDay.merge(day, more, Long::sum);
    }
  }

  @Override
  public Set<Capability> capabilities() {
    return Set.of(Capability.DURABLE);
  }

  @Override
  public AppendResult append(List<SampleBatch> batches, AppendMode mode) {
    List<SampleBatch> all = List.copyOf(batches);
    appending.lock();
    try {
      refuseWhenClosed();
      settleDoubts();
      long latest = clock.instant().plus(MOST_AHEAD).toEpochMilli();
      Staging.Staged staged = staging.stage(all, latest);
      commit(staged.rowsByDay());
      return staged.result();
    } finally {
      appending.unlock();
    }
  }

  private void commit(SortedMap<Long, List<JournalRow>> rowsByDay) {
    Set<Long> left = new TreeSet<>(rowsByDay.keySet());
    try {
      for (Map.Entry<Long, List<JournalRow>> day : rowsByDay.entrySet()) {
        commit(day.getKey(), day.getValue());
        left.remove(day.getKey());
      }
    } finally {
      for (long day : left) {
        newest.unstage(requireNonNull(rowsByDay.get(day)));
      }
    }
  }

  private void commit(long day, List<JournalRow> rows) {
    doubtfulDays.add(day);
    partitions.with(
        day,
        partition -> {
          partition.append(rows);
          return true;
        });
    doubtfulDays.remove(day);
    newest.publish(rows);
    countSamples(day, rows.stream().mapToLong(row -> row.values().length).sum());
  }

  /**
   * When the disk fails in the midst of a commit only the file knows whether it happened. What is
   * found there is taken over before the next samples are judged.
   */
  private void settleDoubts() {
    for (long day : Set.copyOf(doubtfulDays)) {
      partitions.with(
          day,
          partition -> {
            partition.restore(newest, damage -> LOG.warn("Passed over a damaged row", damage));
            synchronized (samplesOfDay) {
              return samplesOfDay.put(day, partition.samples());
            }
          });
      doubtfulDays.remove(day);
    }
  }

  @Override
  public List<SeriesKey> series(SeriesSelector selector, Instant from, Instant to) {
    refuseWhenClosed();
    Predicate<SeriesKey> wanted = compile(selector);
    Span span = Span.of(from, to);
    Set<SeriesKey> found = new TreeSet<>();
    for (long day : partitions.days(span.firstDay(), span.lastDay())) {
      partitions.with(
          day,
          partition -> {
            partition.seriesIn(span.from, span.to, wanted, found);
            return true;
          });
    }
    return List.copyOf(found);
  }

  @Override
  public List<SeriesData> read(SeriesSelector selector, Instant from, Instant to, int maxSamples) {
    refuseWhenClosed();
    Predicate<SeriesKey> wanted = compile(selector);
    Span span = Span.of(from, to);
    SampleCollector found = new SampleCollector(selector, maxSamples);
    for (long day : partitions.days(span.firstDay(), span.lastDay())) {
      partitions.with(
          day,
          partition -> {
            partition.read(span.from, span.to, wanted, found);
            return true;
          });
    }
    return found.finish();
  }

  /** Whole milliseconds, both ends inclusive. */
  private record Span(long from, long to) {
    static Span of(Instant from, Instant to) {
      return new Span(Days.ceilingMillis(from), Days.floorMillis(to));
    }

    long firstDay() {
      return Days.of(from);
    }

    long lastDay() {
      return from > to ? firstDay() - 1 : Days.of(to);
    }
  }

  @Override
  public List<Sample> latest(SeriesSelector selector) {
    refuseWhenClosed();
    List<Sample> found = newest.select(compile(selector));
    found.sort(Comparator.comparing(Sample::series));
    return List.copyOf(found);
  }

  private static Predicate<SeriesKey> compile(SeriesSelector selector) {
    return selector.compile(SqliteSeriesStore::pattern);
  }

  private static Predicate<String> pattern(String text) {
    if (text.length() > LONGEST_PATTERN) {
      throw malformed("is longer than " + LONGEST_PATTERN + " characters", text, null);
    }
    try {
      return Pattern.compile(text)::matches;
    } catch (PatternSyntaxException e) {
      throw malformed("is malformed: " + e.getDescription(), text, e);
    }
  }

  private static MonitorException malformed(String found, String text, @Nullable Throwable cause) {
    String start = text.substring(0, Math.min(text.length(), 100));
    return new MonitorException(
        ErrorCode.SELECTOR_MALFORMED,
        Blame.OPERATOR,
        "The pattern '" + start + "' " + found + "; patterns are written in RE2 syntax",
        cause);
  }

  @Override
  public Statistics statistics() {
    refuseWhenClosed();
    synchronized (samplesOfDay) {
      long samples = samplesOfDay.values().stream().mapToLong(Long::longValue).sum();
      return new Statistics(newest.size(), samples, partitions.bytes());
    }
  }

  private void refuseWhenClosed() {
    if (closed) {
      throw new MonitorException(
          ErrorCode.STORE_CLOSED,
          Blame.MONITOR,
          "The series store is closed; it was used after close(). Open the store again first");
    }
  }

  @Override
  public void close() {
    appending.lock();
    try {
      if (!closed) {
        closed = true;
        partitions.close();
        codec.close();
      }
    } finally {
      appending.unlock();
    }
  }
}
