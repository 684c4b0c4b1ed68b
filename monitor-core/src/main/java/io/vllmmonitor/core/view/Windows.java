package io.vllmmonitor.core.view;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.sample.MetricCatalog;
import io.vllmmonitor.api.sample.SampleBatch;
import io.vllmmonitor.api.sample.SeriesData;
import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.api.target.TargetId;
import io.vllmmonitor.core.telemetry.OwnMetrics;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The recent scrapes of one target in memory: one column of instants for all series and one column
 * of values for each. Filled by {@link #append} at every scrape and once by {@link #restore} at
 * start; read through {@link #view}. Confined to the target's thread; only {@link #scrapes}, {@link
 * #series} and {@link #refused} may be asked from elsewhere.
 *
 * <p>It holds at most {@value #MOST_SCRAPES} scrapes, {@value #MOST_MINUTES} minutes and {@value
 * #MOST_SERIES} series. Many series with many scrapes are bounded together by {@value #MOST_CELLS}
 * values: beyond that the oldest scrapes go early. A series goes when its last sample does.
 */
public final class Windows implements ViewSource {
  public static final int MOST_SCRAPES = 4_096;
  public static final int MOST_MINUTES = 120;
  public static final int MOST_SERIES = 20_000;
  public static final int MOST_CELLS = 8 << 20;

  private static final int FIRST_CAPACITY = 64;
  private static final int SWEEP_EVERY = 64;
  private static final Duration LEAST_FRESHNESS = Duration.ofSeconds(15);
  private static final long REACH_MILLIS = Duration.ofMinutes(MOST_MINUTES).toMillis();

  private final TargetId target;
  private final long freshMillis;
  private final TimeRing ring = new TimeRing(FIRST_CAPACITY);
  private final Map<SeriesKey, SeriesColumn> columns = new HashMap<>();
  private final SelectorIndex index;
  private @Nullable List<SeriesKey> shape; // the list that shapeColumns belongs to
  private @Nullable SeriesColumn[] shapeColumns = new SeriesColumn[0];
  private int untilSweep = SWEEP_EVERY;
  private volatile int scrapeCount;
  private volatile int seriesCount;
  private final AtomicLong refusedCount = new AtomicLong();

  /**
   * @param scrapeInterval of the target; what is fresh follows from it
   * @param catalog resolves names that changed; read at every selection
   */
  public Windows(TargetId target, Duration scrapeInterval, MetricCatalog catalog) {
    this.target = requireNonNull(target, "target");
    Duration three = scrapeInterval.multipliedBy(3);
    this.freshMillis = (three.compareTo(LEAST_FRESHNESS) > 0 ? three : LEAST_FRESHNESS).toMillis();
    this.index = new SelectorIndex(requireNonNull(catalog, "catalog"));
  }

  /**
   * Adds one scrape. A scrape that is not newer than all before is not taken and counted as
   * refused, so is a new series beyond the limit.
   */
  public void append(SampleBatch batch) {
    long millis = batch.at().toEpochMilli();
    if (millis <= ring.newest()) {
      refusedCount.incrementAndGet();
      return;
    }
    expire(millis - REACH_MILLIS);
    @Nullable SeriesColumn[] into = columnsOf(batch.series());
    int slot = nextSlot(millis);
    for (SeriesColumn column : columns.values()) {
      column.clear(slot);
    }
    for (int i = 0; i < into.length; i++) {
      SeriesColumn column = into[i];
      if (column != null) {
        column.set(slot, millis, batch.value(i));
      }
    }
    if (--untilSweep <= 0) {
      sweep();
    }
    publishSizes();
  }

  /**
   * Fills empty windows from the store, before the first scrape. Only the newest scrapes within the
   * limits are kept.
   *
   * @param data the series of this target with their stored labels, as the store reads them
   * @throws IllegalStateException when there is a scrape already
   */
  public void restore(List<SeriesData> data) {
    if (ring.size() > 0) {
      throw new IllegalStateException("Windows of " + target + " hold scrapes already");
    }
    long[] times = RestoredTimes.of(data, MOST_SCRAPES, REACH_MILLIS);
    List<SeriesData> kept = data.subList(0, Math.min(data.size(), MOST_SERIES));
    refusedCount.addAndGet(data.size() - kept.size());
    int most = mostScrapes(kept.size());
    for (int i = Math.max(0, times.length - most); i < times.length; i++) {
      nextSlot(times[i]);
    }
    for (SeriesData series : kept) {
      fill(series);
    }
    sweep();
    publishSizes();
  }

  private void fill(SeriesData series) {
    SeriesColumn column = new SeriesColumn(series.series(), ring.capacity());
    for (int i = 0; i < series.size(); i++) {
      long millis = series.epochMillis(i);
      int position = ring.firstFrom(millis);
      if (position < ring.size() && ring.time(position) == millis) {
        column.set(ring.slot(position), millis, series.value(i));
      }
    }
    add(column);
  }

  @Override
  public RecordingView view(Instant at, boolean firing) {
    return new WindowView(target, at, firing, freshMillis, ring, index);
  }

  /** How many scrapes are held. Thread-safe. */
  public int scrapes() {
    return scrapeCount;
  }

  /** How many series are held. Thread-safe. */
  public int series() {
    return seriesCount;
  }

  /** How many scrapes and new series were not taken. Thread-safe. */
  public long refused() {
    return refusedCount.get();
  }

  /** Shows the sizes of these windows among the monitor's own metrics. */
  public void reportTo(OwnMetrics metrics) {
    String name = target.instance();
    metrics.gauge("window_scrapes", "Scrapes held in memory.", name, this::scrapes);
    metrics.gauge("window_series", "Series held in memory.", name, this::series);
    metrics.gauge("window_refused", "Scrapes and series that were not taken.", name, this::refused);
  }

  private void publishSizes() {
    scrapeCount = ring.size();
    seriesCount = columns.size();
  }

  private void expire(long before) {
    while (ring.size() > 0 && ring.oldest() < before) {
      ring.dropOldest();
    }
  }

  private int nextSlot(long millis) {
    while (ring.size() >= mostScrapes(columns.size())) {
      ring.dropOldest();
    }
    if (ring.isFull()) {
      resize(ring.capacity() * 2);
    }
    return ring.add(millis);
  }

  /** Gives up the oldest scrapes where so many series could not be held with them. */
  private void fit(int series) {
    int most = mostScrapes(series);
    if (ring.capacity() > most) {
      while (ring.size() > most) {
        ring.dropOldest();
      }
      resize(most);
    }
  }

  private void resize(int capacity) {
    columns.values().forEach(column -> column.resize(ring.head(), ring.size(), capacity));
    ring.resize(capacity);
  }

  private static int mostScrapes(int series) {
    int capacity = MOST_SCRAPES;
    while (capacity > FIRST_CAPACITY && (long) capacity * series > MOST_CELLS) {
      capacity /= 2;
    }
    return capacity;
  }

  /** The columns of a page's series, in their order; null where there was no room for a new one. */
  private @Nullable SeriesColumn[] columnsOf(List<SeriesKey> keys) {
    if (keys == shape) {
      return shapeColumns;
    }
    int fresh = (int) keys.stream().filter(key -> !columns.containsKey(key)).count();
    if (fresh > 0) {
      makeRoom(keys, fresh);
      fit(Math.min(columns.size() + fresh, MOST_SERIES));
    }
    @Nullable SeriesColumn[] found = new SeriesColumn[keys.size()];
    for (int i = 0; i < found.length; i++) {
      found[i] = columnOf(keys.get(i));
    }
    shape = keys;
    shapeColumns = found;
    return found;
  }

  private @Nullable SeriesColumn columnOf(SeriesKey key) {
    SeriesColumn column = columns.get(key);
    if (column == null) {
      if (columns.size() >= MOST_SERIES) {
        refusedCount.incrementAndGet();
        return null;
      }
      column = new SeriesColumn(key, ring.capacity());
      add(column);
    }
    return column;
  }

  private void add(SeriesColumn column) {
    columns.put(column.key(), column);
    index.add(column);
  }

  /** Where new series would not fit, those that ended longest ago go first. */
  private void makeRoom(List<SeriesKey> keys, int fresh) {
    int over = columns.size() + fresh - MOST_SERIES;
    if (over <= 0) {
      return;
    }
    Set<SeriesKey> current = new HashSet<>(keys);
    List<SeriesColumn> gone = new ArrayList<>();
    for (SeriesColumn column : columns.values()) {
      if (column.ended() && !current.contains(column.key())) {
        gone.add(column);
      }
    }
    gone.sort(Comparator.comparingLong(SeriesColumn::newestMillis));
    gone.stream().limit(over).forEach(this::remove);
  }

  private void sweep() {
    untilSweep = SWEEP_EVERY;
    long oldest = ring.oldest();
    List<SeriesColumn> gone = new ArrayList<>();
    for (SeriesColumn column : columns.values()) {
      if (column.newestMillis() < oldest) {
        gone.add(column);
      }
    }
    gone.forEach(this::remove);
  }

  private void remove(SeriesColumn column) {
    columns.remove(column.key());
    index.remove(column);
    shape = null; // it may name the column that went
  }
}
