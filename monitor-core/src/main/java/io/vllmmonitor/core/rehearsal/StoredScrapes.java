package io.vllmmonitor.core.rehearsal;

import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.sample.MetricCatalog;
import io.vllmmonitor.api.sample.SampleBatch;
import io.vllmmonitor.api.sample.SeriesData;
import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.api.sample.SeriesSelector;
import io.vllmmonitor.api.target.Target;
import io.vllmmonitor.core.view.RecordingView;
import io.vllmmonitor.core.view.ViewSource;
import io.vllmmonitor.core.view.Windows;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The windows of a target as they were at each of its stored scrapes, one after the other. Only the
 * metrics that somebody asks for are read: a new name is loaded when it is asked for, with what was
 * before, so that the answer is that of a window that always had it. Confined to one thread.
 */
final class StoredScrapes implements ViewSource {
  private static final long REACH = Duration.ofMinutes(Windows.MOST_MINUTES).toMillis();
  private static final int MOST_NAMES = 500;
  private static final String BUCKET = "_bucket";

  private final Target target;
  private final MetricCatalog catalog;
  private final StoredSamples samples;
  private final long[] ticks;
  private final Map<String, String> names = new HashMap<>();
  private final Set<String> asked = new TreeSet<>(Set.of("up"));
  private boolean everything;
  private Windows windows;

  private int current = -1;
  private boolean incomplete = true; // names were asked for that the loaded part does not have
  private long loadedUntil = Long.MIN_VALUE;
  private List<SeriesData> data = List.of();
  private int[] cursors = new int[0];

  /** What was before the current tick, while names are still found in it; null else. */
  private @Nullable List<SeriesData> past;

  private List<SeriesKey> shape = List.of();
  private boolean[] shapeOf = new boolean[0];

  /**
   * @param ticks the instants of the scrapes, oldest first
   */
  StoredScrapes(Target target, MetricCatalog catalog, StoredSamples samples, long[] ticks) {
    this.target = target;
    this.catalog = catalog;
    this.samples = samples;
    this.ticks = ticks.clone();
    this.windows = newWindows();
  }

  private Windows newWindows() {
    return new Windows(target.id(), target.scrapeInterval(), catalog);
  }

  /** Goes on to a scrape; each in turn. */
  void moveTo(int tick) {
    long millis = ticks[tick];
    past = null;
    if (current < 0) {
      current = tick;
      refill(); // the windows were warm when the stretch began
      return;
    }
    current = tick;
    if (incomplete || millis > loadedUntil) {
      load(millis);
    }
    windows.append(batch(millis));
  }

  private void load(long from) {
    StoredSamples.Part part =
        samples.read(everything ? null : asked, from, ticks[ticks.length - 1]);
    data = part.data();
    loadedUntil = part.untilMillis();
    cursors = new int[data.size()];
    shapeOf = new boolean[data.size()];
    shape = List.of();
    incomplete = false;
  }

  private SampleBatch batch(long millis) {
    boolean[] present = new boolean[data.size()];
    int size = 0;
    for (int i = 0; i < cursors.length; i++) {
      SeriesData series = data.get(i);
      int cursor = cursors[i];
      while (cursor < series.size() && series.epochMillis(cursor) < millis) {
        cursor++;
      }
      cursors[i] = cursor;
      if (cursor < series.size() && series.epochMillis(cursor) == millis) {
        present[i] = true;
        size++;
      }
    }
    double[] values = new double[size];
    int next = 0;
    for (int i = 0; i < present.length; i++) {
      if (present[i]) {
        values[next++] = data.get(i).value(cursors[i]);
      }
    }
    return new SampleBatch(target.id(), Instant.ofEpochMilli(millis), shape(present), values);
  }

  /** The keys of a batch; the very same list while the same series are there. */
  private List<SeriesKey> shape(boolean[] present) {
    if (shape.isEmpty() || !Arrays.equals(present, shapeOf)) {
      List<SeriesKey> keys = new ArrayList<>();
      for (int i = 0; i < present.length; i++) {
        if (present[i]) {
          keys.add(data.get(i).series());
        }
      }
      shape = List.copyOf(keys);
      shapeOf = present;
    }
    return shape;
  }

  @Override
  public RecordingView view(Instant at, boolean firing) {
    return new LoadingView(this, at, firing);
  }

  /** The view on what is loaded so far. */
  RecordingView loaded(Instant at, boolean firing) {
    return windows.view(at, firing);
  }

  /**
   * Makes sure that what a selector means is loaded.
   *
   * @param histogram whether its buckets are meant
   * @return whether something had to be loaded, so that an older view does not have it
   */
  boolean need(String selector, boolean histogram) {
    if (everything) {
      return false;
    }
    String key = histogram ? selector + BUCKET : selector;
    if (names.containsKey(key)) {
      return false;
    }
    String name = nameOf(selector, histogram);
    names.put(key, name == null ? "" : name);
    if (name == null) {
      return false; // the view itself says what is wrong with it
    }
    if (name.isEmpty() || asked.size() >= MOST_NAMES) {
      everything = true;
      past = null;
    } else if (!asked.add(name)) {
      return false;
    }
    incomplete = true;
    refill(name);
    return true;
  }

  /** Empty where a selector has no name; null where it is none. */
  private static @Nullable String nameOf(String selector, boolean histogram) {
    try {
      String name = SeriesSelector.parse(selector).name();
      if (name == null) {
        return histogram ? null : "";
      }
      return histogram && !name.endsWith(BUCKET) ? name + BUCKET : name;
    } catch (MonitorException e) {
      return null;
    }
  }

  private void refill() {
    past = null;
    refill("");
  }

  /** Fills new windows with everything known before and at the current tick, and with a name. */
  private void refill(String name) {
    long now = ticks[current];
    List<SeriesData> known = past;
    List<SeriesData> filled =
        known == null
            ? samples.readBack(everything ? null : asked, now - REACH, now)
            : joined(known, samples.readBack(List.of(name), now - REACH, now));
    past = filled;
    windows = newWindows();
    windows.restore(filled);
  }

  private static List<SeriesData> joined(List<SeriesData> known, List<SeriesData> more) {
    List<SeriesData> all = new ArrayList<>(known);
    all.addAll(more);
    return all;
  }
}
