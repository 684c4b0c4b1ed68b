package io.vllmmonitor.persistence.series;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.history.Problem;
import io.vllmmonitor.api.sample.Sample;
import io.vllmmonitor.api.sample.SampleBatch;
import io.vllmmonitor.api.sample.SeriesData;
import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.api.sample.SeriesRollup;
import io.vllmmonitor.api.sample.SeriesSelector;
import io.vllmmonitor.api.store.AppendMode;
import io.vllmmonitor.api.store.AppendResult;
import io.vllmmonitor.api.store.Capability;
import io.vllmmonitor.api.store.SampleVisitor;
import io.vllmmonitor.api.store.SeriesPart;
import io.vllmmonitor.api.store.SeriesStore;
import io.vllmmonitor.persistence.config.PersistenceConfig;
import io.vllmmonitor.persistence.rollup.HourlyRows;
import io.vllmmonitor.persistence.rollup.RollupFiles;
import io.vllmmonitor.persistence.sqlite.StoreCounters;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
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
  private static final int MOST_SAMPLES = 50_000_000;

  /** How many days are looked into for the newest samples of all series. */
  private static final int RESTORED_DAYS = 2;

  private final InstantSource clock;
  private final Partitions partitions;
  private final SeriesReads reads;
  private final SeriesOptions options;
  private final RollupFiles rollups;
  private final DamageLog damage;
  private final NewestSamples newest;
  private final ReentrantLock appending = new ReentrantLock();
  private final Staging staging; // guarded by appending
  private final Set<Long> daysToMaintain = new TreeSet<>(); // guarded by itself
  private final Set<Long> doubtfulDays = new HashSet<>(); // guarded by appending
  private final SortedMap<Long, Long> samplesOfDay = new TreeMap<>(); // guarded by itself
  private volatile Instant latestSince = Instant.MIN;
  private volatile boolean closed;

  private SqliteSeriesStore(
      Path folder,
      SeriesOptions options,
      HourlyRows hourlyRows,
      InstantSource clock,
      LongSupplier nanoTicker,
      StoreCounters counters) {
    this.clock = requireNonNull(clock, "clock");
    this.options = requireNonNull(options, "options");
    this.damage = new DamageLog(folder, clock);
    this.newest = new NewestSamples(options.maxSeries());
    this.staging = new Staging(newest, options.outOfOrderWindow());
    this.partitions =
        new Partitions(
            folder,
            clock,
            nanoTicker,
            counters,
            damage,
            options.synchronous() == PersistenceConfig.Synchronous.NORMAL);
    this.reads = new SeriesReads(partitions);
    this.rollups = new RollupFiles(folder, clock, nanoTicker, counters, hourlyRows, damage);
  }

  /**
   * Opens the day files of a folder and restores the newest samples.
   *
   * @param folder exists
   * @param hourlyRows takes the aggregates of each hour, for people who look into the database
   * @param clock what "ahead of the clock" is measured against
   * @param nanoTicker what deadlines of reads are measured with
   * @param problems receives what is damaged or missing; damaged files are set aside, the rest is
   *     served
   * @throws MonitorException STORE_NEWER, STORE_FOREIGN or STORE_IO
   */
  public static SqliteSeriesStore open(
      Path folder,
      SeriesOptions options,
      HourlyRows hourlyRows,
      InstantSource clock,
      LongSupplier nanoTicker,
      StoreCounters counters,
      List<Problem> problems) {
    SqliteSeriesStore store =
        new SqliteSeriesStore(folder, options, hourlyRows, clock, nanoTicker, counters);
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
    List<Long> days = partitions.days(Long.MIN_VALUE, Long.MAX_VALUE);
    int first = Math.max(0, days.size() - RESTORED_DAYS);
    if (first > 0) {
      latestSince = Instant.ofEpochMilli(Days.firstMillis(days.get(first)));
    }
    for (long day : days.subList(first, days.size())) {
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
    damage.drain().forEach(problems::add);
  }

  private void restore(long day, Path file, List<Problem> problems) {
    partitions.with(
        day,
        partition -> {
          partition.file().compareWithMark().ifPresent(loss -> problems.add(problem(file, loss)));
          partition.restore(newest);
          toMaintain(day);
          return countSamples(day, partition.samples());
        });
  }

  private Problem problem(Path subject, String message) {
    return damage.problem("metrics/" + subject.getFileName(), subject + ": " + message);
  }

  /**
   * Whoever is told of damage that reads and maintenance meet; each is told once.
   *
   * @param listener called from any thread
   */
  public void onDamage(Consumer<Problem> listener) {
    damage.onDamage(listener);
  }

  private void toMaintain(long day) {
    synchronized (daysToMaintain) {
      daysToMaintain.add(day);
    }
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
      Staging.Staged staged = staging.stage(all, mode, latest);
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
    toMaintain(day);
    List<String> full =
        partitions.with(day, partition -> partition.append(rows, options.batchSize()));
    doubtfulDays.remove(day);
    newest.publish(rows);
    countSamples(day, rows.stream().mapToLong(row -> row.values().length).sum());
    full.forEach(target -> seal(day, target));
  }

  /** The samples are stored already: what fails here is tried again by maintenance. */
  private void seal(long day, String target) {
    try {
      boolean unused =
          partitions.with(
              day,
              partition -> {
                partition.seal(target, options.batchSize());
                return true;
              });
    } catch (MonitorException e) {
      LOG.warn("Samples of {} stay in the journal for now", target, e);
    }
  }

  /**
   * Moves what waits into blocks, merges small blocks and brings aggregates of past hours up to
   * date. Called by the owner of the store every now and then, from one thread.
   */
  public void maintain() {
    Maintenance.run(this, partitions, rollups, options, clock, daysLeft(), false);
  }

  @Override
  public void flush() {
    refuseWhenClosed();
    List<Long> all = partitions.days(Long.MIN_VALUE, Long.MAX_VALUE);
    Maintenance.run(this, partitions, rollups, options, clock, all, true);
    synchronized (samplesOfDay) {
      samplesOfDay.clear();
    }
  }

  private List<Long> daysLeft() {
    synchronized (daysToMaintain) {
      List<Long> days = List.copyOf(daysToMaintain);
      long today = Days.of(clock.millis());
      daysToMaintain.removeIf(day -> day < today);
      return days;
    }
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
            partition.restore(newest);
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
    return reads.series(selector, from, to);
  }

  @Override
  public List<SeriesData> read(SeriesSelector selector, Instant from, Instant to, int maxSamples) {
    refuseWhenClosed();
    return reads.read(selector, from, to, maxSamples);
  }

  @Override
  public void scan(
      SeriesSelector selector, Instant from, Instant to, int maxSamples, SampleVisitor visitor) {
    refuseWhenClosed();
    reads.scan(selector, from, to, maxSamples, visitor);
  }

  /** For aggregates: everything of one target in a span, without the deadline of a query. */
  List<SeriesData> readTarget(String target, long from, long to) {
    return reads.readTarget(target, from, to);
  }

  @Override
  public List<SeriesRollup> rollup(
      SeriesSelector selector, Instant from, Instant to, Duration resolution, int maxAggregates) {
    refuseWhenClosed();
    return new RollupPlanner(partitions, rollups, selector, reads.compile(selector), maxAggregates)
        .read(
            from.toEpochMilli(),
            to.toEpochMilli(),
            resolution.toMillis(),
            (start, end) ->
                read(
                    selector,
                    Instant.ofEpochMilli(start + 1),
                    Instant.ofEpochMilli(end),
                    MOST_SAMPLES));
  }

  @Override
  public List<SeriesPart> parts() {
    refuseWhenClosed();
    List<SeriesPart> parts = new ArrayList<>(rollups.parts());
    for (long day : partitions.days(Long.MIN_VALUE, Long.MAX_VALUE)) {
      parts.add(
          new SeriesPart(
              Days.fileName(day),
              SeriesPart.Content.SAMPLES,
              Instant.ofEpochMilli(Days.firstMillis(day)),
              Instant.ofEpochMilli(Days.firstMillis(day + 1)),
              samplesOf(day),
              partitions.bytes(day)));
    }
    parts.sort(Comparator.comparing(SeriesPart::from).thenComparing(SeriesPart::name));
    return List.copyOf(parts);
  }

  @Override
  public void remove(Set<String> parts) {
    appending.lock();
    try {
      refuseWhenClosed();
      for (String part : parts) {
        OptionalLong day = Days.parse(part);
        if (day.isPresent()) {
          removeDay(day.getAsLong());
        } else {
          boolean unused = rollups.remove(part);
        }
      }
      List<Long> left = partitions.days(Long.MIN_VALUE, Long.MAX_VALUE);
      newest.forgetBefore(left.isEmpty() ? Long.MAX_VALUE : Days.firstMillis(left.get(0)));
      staging.forgetPages();
    } finally {
      appending.unlock();
    }
  }

  private void removeDay(long day) {
    partitions.delete(day);
    synchronized (daysToMaintain) {
      daysToMaintain.remove(day);
    }
    synchronized (samplesOfDay) {
      samplesOfDay.remove(day);
    }
  }

  private long samplesOf(long day) {
    synchronized (samplesOfDay) {
      return samplesOfDay.computeIfAbsent(
          day, unknown -> partitions.with(unknown, Partition::samples));
    }
  }

  @Override
  public Instant latestSince() {
    return latestSince;
  }

  @Override
  public List<Sample> latest(SeriesSelector selector) {
    refuseWhenClosed();
    return List.copyOf(newest.select(reads.compile(selector)));
  }

  @Override
  public Statistics statistics() {
    refuseWhenClosed();
    long samples = 0;
    for (long day : partitions.days(Long.MIN_VALUE, Long.MAX_VALUE)) {
      samples += samplesOf(day);
    }
    return new Statistics(newest.size(), samples, partitions.bytes() + rollups.bytes());
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
        rollups.close();
        partitions.close();
      }
    } finally {
      appending.unlock();
    }
  }
}
