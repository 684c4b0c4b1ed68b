package io.vllmmonitor.core.sampling;

import static io.vllmmonitor.api.error.ErrorCode.SCRAPE_DUPLICATE_SERIES;
import static io.vllmmonitor.api.error.ErrorCode.SCRAPE_STALE_MARKER;
import static io.vllmmonitor.api.error.ErrorCode.SCRAPE_TOO_MANY_SAMPLES;
import static io.vllmmonitor.api.error.ErrorCode.SCRAPE_TOO_MANY_SERIES;
import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.api.sample.StaleMarker;
import io.vllmmonitor.api.source.SampleSink;
import io.vllmmonitor.api.source.TargetSignals;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Takes the samples of one scrape and checks the limits. While the page comes in the shape of the
 * one before, nothing is looked up: each key is compared with the key at its place. Confined to the
 * collecting thread.
 */
final class PageSink implements SampleSink {
  static final int MOST_SAMPLES = 50_000;
  static final int MOST_SERIES = 20_000;

  private final StoredKeys keys;
  private final PageShape before;
  private final Set<SeriesKey> reserved;
  private final List<SeriesKey> pageKeys; // as given, to recognise the next page by
  private final List<SeriesKey> storedKeys;
  private double[] values;
  private boolean sameShape = true;
  private @Nullable Map<SeriesKey, Integer> positions; // null while the shape is the same
  private int received;
  private int shadowed;
  private @Nullable TargetSignals signals;
  private @Nullable MonitorException failure;

  /**
   * @param before the shape of the page before
   * @param reserved stored keys that the monitor writes itself; the page's are left out
   */
  PageSink(StoredKeys keys, PageShape before, Set<SeriesKey> reserved) {
    this.keys = keys;
    this.before = before;
    this.reserved = reserved;
    this.pageKeys = new ArrayList<>(before.pageKeys().size());
    this.storedKeys = new ArrayList<>(before.pageKeys().size());
    this.values = new double[Math.max(64, before.pageKeys().size())];
  }

  @Override
  public void sample(SeriesKey series, double value) {
    requireNonNull(series, "series");
    if (failure != null) {
      throw failure; // a source that went on after a breach
    }
    if (++received > MOST_SAMPLES) {
      throw breach(SCRAPE_TOO_MANY_SAMPLES, "more than " + MOST_SAMPLES + " samples");
    }
    if (StaleMarker.is(value)) {
      throw breach(SCRAPE_STALE_MARKER, "a stale marker in " + series.name());
    }
    int place = pageKeys.size();
    if (sameShape && place < before.pageKeys().size()) {
      SeriesKey expected = before.pageKeys().get(place);
      if (expected.equals(series)) {
        add(expected, before.storedKeys().get(place), value);
        return;
      }
    }
    sameShape = false;
    other(series, value);
  }

  private void other(SeriesKey series, double value) {
    SeriesKey stored;
    try {
      stored = keys.of(series);
    } catch (MonitorException e) {
      failure = e;
      throw e;
    }
    if (reserved.contains(stored)) {
      shadowed++;
      return;
    }
    Map<SeriesKey, Integer> known = positions();
    Integer place = known.putIfAbsent(stored, pageKeys.size());
    if (place == null) {
      if (pageKeys.size() >= MOST_SERIES) {
        throw breach(SCRAPE_TOO_MANY_SERIES, "more than " + MOST_SERIES + " series");
      }
      add(series, stored, value);
    } else if (Double.doubleToRawLongBits(values[place]) != Double.doubleToRawLongBits(value)) {
      throw breach(
          SCRAPE_DUPLICATE_SERIES,
          stored.name() + " twice with the same labels, " + values[place] + " and " + value);
    }
  }

  private Map<SeriesKey, Integer> positions() {
    if (positions == null) {
      positions = new HashMap<>(storedKeys.size() * 2);
      for (int i = 0; i < storedKeys.size(); i++) {
        positions.put(storedKeys.get(i), i);
      }
    }
    return positions;
  }

  private void add(SeriesKey page, SeriesKey stored, double value) {
    int place = pageKeys.size();
    if (place == values.length) {
      values = Arrays.copyOf(values, place * 2);
    }
    values[place] = value;
    pageKeys.add(page);
    storedKeys.add(stored);
  }

  @Override
  public void signals(TargetSignals found) {
    signals = requireNonNull(found, "found");
  }

  private MonitorException breach(ErrorCode code, String what) {
    failure =
        new MonitorException(
            code, Blame.ENVIRONMENT, "The page has " + what + "; the whole scrape is refused");
    return failure;
  }

  /** How many series are held, a mark to go back to. */
  int size() {
    return pageKeys.size();
  }

  /** Takes back everything since a mark. */
  void backTo(int mark) {
    sameShape = false;
    positions = null;
    pageKeys.subList(mark, pageKeys.size()).clear();
    storedKeys.subList(mark, storedKeys.size()).clear();
    failure = null;
  }

  /** The breach of a limit, whether or not the source let it through; null when there was none. */
  @Nullable MonitorException failure() {
    return failure;
  }

  /** The last signals given; null when there were none. */
  @Nullable TargetSignals signals() {
    return signals;
  }

  /** Samples of the page under names that the monitor writes itself. */
  int shadowed() {
    return shadowed;
  }

  double value(int place) {
    return values[place];
  }

  /** The shape of this page; the very one before when nothing changed. */
  PageShape shape() {
    boolean same =
        sameShape
            ? pageKeys.size() == before.pageKeys().size()
            : storedKeys.equals(before.storedKeys()) && pageKeys.equals(before.pageKeys());
    return same ? before : new PageShape(pageKeys, storedKeys);
  }
}
