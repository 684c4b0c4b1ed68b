package io.vllmmonitor.persistence.series;

import static java.util.Objects.requireNonNull;

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
import io.vllmmonitor.api.store.SeriesPart;
import io.vllmmonitor.api.store.SeriesStore;
import io.vllmmonitor.persistence.config.PersistenceConfig.Synchronous;
import io.vllmmonitor.persistence.json.JsonFailures;
import io.vllmmonitor.persistence.json.Rewriting;
import io.vllmmonitor.persistence.json.WholeFile;
import io.vllmmonitor.persistence.query.LabelPatterns;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeSet;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Samples in files of JSON lines, by UTC day, for people who search them with text tools: batches
 * are lines of a growing file, then they are sealed into files with one line per series.
 * Thread-safe; appends are serialised.
 *
 * <p>The batches of an append are written in one piece per day; nothing commits across days. So an
 * append that spans midnight and fails in its later day leaves the earlier one stored; appending
 * the same batches again is harmless, since equal samples are a no-op.
 *
 * <p>The newest sample of every series is kept in memory and restored from the newest days at
 * opening; older days are read when they are asked for.
 */
public final class JsonSeriesStore implements SeriesStore {
  private static final Duration MOST_AHEAD = Duration.ofMinutes(10);

  /** How many days are looked into for the newest samples of all series. */
  private static final int RESTORED_DAYS = 2;

  /** So many times the batch size, or so many samples, do not wait for maintenance. */
  private static final int MOST_BATCHES = 4;

  private static final long MOST_WAITING = 2_000_000;

  /** Sealed files of today that are worth a merge; of past days, two are. */
  private static final int MERGED_TODAY = 8;

  private static final int MERGED_LATER = 2;

  private final Path folder;
  private final InstantSource clock;
  private final LongSupplier nanoTicker;
  private final SeriesOptions options;
  private final DamageLog damage;
  private final JsonDays days;
  private final NewestSamples newest;
  private final Rewriting rewriting = new Rewriting();
  private final ReentrantLock maintaining = new ReentrantLock(); // taken before appending
  private final ReentrantLock appending = new ReentrantLock();
  private final Staging staging; // guarded by appending
  private final Set<Long> touched = new TreeSet<>(); // guarded by itself
  private volatile Instant latestSince = Instant.MIN;
  private volatile boolean closed;

  private JsonSeriesStore(
      Path folder,
      SeriesOptions options,
      boolean compress,
      InstantSource clock,
      LongSupplier nanoTicker) {
    this.folder = requireNonNull(folder, "folder");
    this.options = requireNonNull(options, "options");
    this.clock = requireNonNull(clock, "clock");
    this.nanoTicker = requireNonNull(nanoTicker, "nanoTicker");
    this.damage = new DamageLog(folder, clock);
    this.newest = new NewestSamples(options.maxSeries());
    this.staging = new Staging(newest, options.outOfOrderWindow());
    boolean wait = options.synchronous() == Synchronous.FULL;
    this.days = new JsonDays(folder, compress, wait, clock, damage, rewriting);
  }

  /**
   * Opens a folder, or makes it, and restores the newest samples.
   *
   * @param folder such as {@code metrics} in the data directory
   * @param compress whether files that are sealed from now on are compressed; both forms are read
   * @param clock what "ahead of the clock" is measured against
   * @param nanoTicker what deadlines of reads are measured with
   * @param problems receives what is damaged or missing; the rest is served
   * @throws MonitorException STORE_NEWER, STORE_FULL or STORE_IO
   */
  public static JsonSeriesStore open(
      Path folder,
      SeriesOptions options,
      boolean compress,
      InstantSource clock,
      LongSupplier nanoTicker,
      List<Problem> problems) {
    JsonSeriesStore store = new JsonSeriesStore(folder, options, compress, clock, nanoTicker);
    try {
      Files.createDirectories(folder);
      WholeFile.syncFolderOf(folder);
      store.restore();
    } catch (IOException e) {
      throw JsonFailures.translate(folder, "opened", e);
    }
    problems.addAll(store.damage.drain());
    return store;
  }

  private void restore() throws IOException {
    days.scan().forEach(this::touch);
    int left = RESTORED_DAYS;
    for (Map.Entry<Long, JsonDay> day : days.all().descendingMap().entrySet()) {
      if (left-- == 0) {
        return;
      }
      day.getValue().restore(newest);
      latestSince = Instant.ofEpochMilli(Days.firstMillis(day.getKey()));
      touch(day.getKey());
      if (day.getValue().isUrgent()) {
        JsonDays.sealOrLog(day.getValue());
      }
      day.getValue().rest();
    }
  }

  /**
   * Whoever is told of damage that reads and maintenance meet; each is told once.
   *
   * @param listener called from any thread
   */
  public void onDamage(Consumer<Problem> listener) {
    damage.onDamage(listener);
  }

  private void touch(long day) {
    synchronized (touched) {
      touched.add(day);
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
    touch(day);
    boolean isNew = days.get(day) == null;
    JsonDay into = days.toAppend(day);
    boolean done = false;
    try {
      into.append(rows);
      done = true;
    } finally {
      if (!done && isNew) {
        days.forget(day);
      }
    }
    newest.publish(rows);
    if (into.waiting() >= MOST_BATCHES * options.batchSize()
        || into.waitingSamples() >= MOST_WAITING) {
      rewriting.runIfFree(() -> JsonDays.sealOrLog(into));
    }
  }

  /**
   * Seals growing files of a batch of lines or more, those of past days whatever they have, and
   * merges small sealed files. Called by the owner of the store every now and then, from one
   * thread.
   *
   * @throws MonitorException STORE_FULL, STORE_IO or STORE_CLOSED; then the samples are where they
   *     were
   */
  public void maintain() {
    List<Long> some;
    synchronized (touched) {
      some = List.copyOf(touched);
    }
    maintain(some, false);
  }

  @Override
  public void flush() {
    maintain(List.copyOf(days.all().keySet()), true);
  }

  private void maintain(List<Long> some, boolean everything) {
    maintaining.lock();
    try {
      rewriting.run(() -> rewrite(some, everything));
    } finally {
      maintaining.unlock();
    }
  }

  private void rewrite(List<Long> some, boolean everything) {
    refuseWhenClosed();
    for (long number : some) {
      boolean past = number < Days.of(clock.millis());
      JsonDay day = days.get(number);
      if (day != null) {
        seal(day, everything || past);
        day.merge(everything || past ? MERGED_LATER : MERGED_TODAY);
      }
      if (past) {
        synchronized (touched) {
          touched.remove(number);
        }
      }
    }
  }

  /**
   * Runs what copies the files, while none of them is rewritten; samples are appended meanwhile.
   */
  public <T> T whileFilesStay(Supplier<T> work) {
    return rewriting.pausedFor(work);
  }

  private void seal(JsonDay day, boolean whatever) {
    appending.lock();
    try {
      refuseWhenClosed();
      if (whatever || day.isUrgent() || day.waiting() >= options.batchSize()) {
        day.seal();
      }
      if (whatever) {
        day.rest();
      }
    } finally {
      appending.unlock();
    }
  }

  @Override
  public List<SeriesKey> series(SeriesSelector selector, Instant from, Instant to) {
    refuseWhenClosed();
    Predicate<SeriesKey> wanted = selector.compile(LabelPatterns::compile);
    Runnable onTime = new ReadDeadline(selector, nanoTicker);
    long first = Days.ceilingMillis(from);
    long last = Days.floorMillis(to);
    Set<SeriesKey> found = new TreeSet<>();
    for (JsonDay day : daysOf(first, last)) {
      day.seriesIn(first, last, wanted, found, onTime);
    }
    return List.copyOf(found);
  }

  @Override
  public List<SeriesData> read(SeriesSelector selector, Instant from, Instant to, int maxSamples) {
    refuseWhenClosed();
    Predicate<SeriesKey> wanted = selector.compile(LabelPatterns::compile);
    Runnable onTime = new ReadDeadline(selector, nanoTicker);
    long first = Days.ceilingMillis(from);
    long last = Days.floorMillis(to);
    SampleCollector found = new SampleCollector(selector, maxSamples);
    for (JsonDay day : daysOf(first, last)) {
      day.read(first, last, wanted, found, onTime);
    }
    return found.finish();
  }

  private Iterable<JsonDay> daysOf(long first, long last) {
    return first > last ? List.of() : days.between(Days.of(first), Days.of(last)).values();
  }

  @Override
  public Instant latestSince() {
    return latestSince;
  }

  @Override
  public List<Sample> latest(SeriesSelector selector) {
    refuseWhenClosed();
    return List.copyOf(newest.select(selector.compile(LabelPatterns::compile)));
  }

  @Override
  public List<SeriesPart> parts() {
    refuseWhenClosed();
    return days.parts();
  }

  @Override
  public void remove(Set<String> parts) {
    maintaining.lock();
    try {
      rewriting.run(() -> forget(parts));
    } finally {
      maintaining.unlock();
    }
  }

  private void forget(Set<String> parts) {
    appending.lock();
    try {
      refuseWhenClosed();
      for (String part : parts) {
        OptionalLong day = JsonFileName.dayOf(part);
        if (day.isPresent()) {
          days.remove(day.getAsLong());
          synchronized (touched) {
            touched.remove(day.getAsLong());
          }
        }
      }
      newest.forgetBefore(
          days.all().isEmpty() ? Long.MAX_VALUE : Days.firstMillis(days.all().firstKey()));
      staging.forgetPages();
    } catch (IOException e) {
      throw JsonFailures.translate(folder, "cleared of old days", e);
    } finally {
      appending.unlock();
    }
  }

  @Override
  public Statistics statistics() {
    refuseWhenClosed();
    long samples = days.all().values().stream().mapToLong(JsonDay::samples).sum();
    return new Statistics(newest.size(), samples, bytes());
  }

  /**
   * The size of all files of samples.
   *
   * @throws MonitorException STORE_IO
   */
  public long bytes() {
    return days.bytes();
  }

  private void refuseWhenClosed() {
    if (closed) {
      throw JsonFailures.closed("series store");
    }
  }

  @Override
  public void close() {
    appending.lock();
    try {
      if (!closed) {
        closed = true;
        days.rest();
      }
    } finally {
      appending.unlock();
    }
  }
}
